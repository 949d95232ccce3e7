"""What the page does with an image, without a browser."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from canned import HEIGHT, IMAGE_TASKS, TASKS, WIDTH, CannedPredictor, masks

from projects.smn.serving import page_answers
from projects.smn.serving.options import ServingOptions
from projects.smn.serving.page_answers import PageAnswers
from projects.smn.serving.problems import ProblemError
from projects.smn.serving.service import PredictionService
from projects.smn.serving.worker import Worker

PNG = cv2.imencode('.png', np.full((HEIGHT, WIDTH, 3), 90, np.uint8))[1].tobytes()


@pytest.fixture
def served():
    """The page of a network that answers everything, and what is behind it."""
    predictor, worker = CannedPredictor(), Worker(1)
    answers = PageAnswers(PredictionService(predictor), worker, ServingOptions(max_megapixels=0.01))
    yield SimpleNamespace(answers=answers, predictor=predictor, worker=worker)
    worker.close()


def test_any_number_of_views_costs_one_pass_of_the_network(served):
    key = served.answers.predict(PNG)
    views = [served.answers.view(key, score_thr, TASKS) for score_thr in (0.05, 0.5, 0.95, 0.05)]
    assert served.predictor.calls == 1
    assert [len(view.objects) for view in views] == [2, 1, 0, 2]
    np.testing.assert_array_equal(views[0].picture, views[3].picture)


def test_switching_a_task_off_changes_the_picture_and_not_the_tables(served):
    key = served.answers.predict(PNG)
    everything, without = (served.answers.view(key, 0, names) for names in (TASKS, ['core']))
    assert (everything.picture != without.picture).any()
    assert everything.objects == without.objects
    assert everything.image == without.image


def test_the_table_says_units_and_the_share_of_the_union(served):
    view = served.answers.view(served.answers.predict(PNG), 0, TASKS)
    apple = dict(zip(served.answers.object_columns, view.objects[0], strict=True))
    assert apple['length (mm)'] == 42.5
    about = dict(view.image)
    assert about['size (px)'] == f'{WIDTH} x {HEIGHT}'
    union = 100 * masks().any(0).mean()
    assert about['mask, share of the image (%)'] == pytest.approx(union, abs=0.01)
    assert about['weather'] == 'sun'
    assert about['ground sky (%)'] > 0


def test_a_network_without_detections_has_a_picture_and_no_objects():
    worker = Worker(1)
    answers = PageAnswers(
        PredictionService(CannedPredictor(tasks=IMAGE_TASKS)), worker, ServingOptions()
    )
    view = answers.view(answers.predict(PNG), 0.3, IMAGE_TASKS)
    worker.close()
    assert view.objects == []
    assert dict(view.image)['weather'] == 'sun'
    assert view.picture.ndim == 3


@pytest.mark.parametrize(
    ('content', 'status'),
    [
        (b'', 415),
        (b'not an image', 415),
        (PNG[: len(PNG) // 2], 422),
        (cv2.imencode('.png', np.zeros((200, 200, 3), np.uint8))[1].tobytes(), 413),
    ],
    ids=['empty', 'text', 'cut off', 'too large'],
)
def test_a_bad_image_is_refused_in_words_and_the_page_goes_on(served, content, status):
    with pytest.raises(ProblemError) as error:
        served.answers.predict(content)
    assert error.value.status == status
    assert error.value.detail
    served.answers.predict(PNG)


def test_an_image_is_decoded_where_the_slots_bound_the_memory(served, monkeypatch):
    threads, decode = [], page_answers.decode_image
    monkeypatch.setattr(
        page_answers,
        'decode_image',
        lambda image: threads.append(threading.current_thread().name) or decode(image),
    )
    served.answers.predict(PNG)
    assert [name.startswith('network') for name in threads] == [True]


def test_a_full_queue_is_said_in_words(served):
    released = threading.Event()
    with served.worker.slot():
        job = served.worker.submit(released.wait)
        with pytest.raises(ProblemError, match='busy: try again in'):
            served.answers.predict(PNG)
        released.set()
        job.result(timeout=10)


def test_a_key_that_is_not_kept_is_said_in_words(served):
    with pytest.raises(ProblemError, match='upload the image again'):
        served.answers.view('../../etc/passwd', 0.3, TASKS)
