"""One job at a time, and no more of them than there are slots."""

from __future__ import annotations

import threading

import pytest

from projects.smn.serving.worker import QueueFullError, Worker


@pytest.fixture
def worker():
    running = Worker(2)
    yield running
    running.close()


def test_jobs_run_one_after_the_other_in_one_thread(worker):
    threads, order = set(), []

    def job(number):
        threads.add(threading.get_ident())
        order.append(number)
        return number

    results = [worker.submit(job, number) for number in range(20)]
    assert [result.result() for result in results] == order == list(range(20))
    assert len(threads) == 1
    assert threads != {threading.get_ident()}


def test_slots_are_bounded_and_given_back_also_after_a_failure(worker):
    with worker.slot():
        with pytest.raises(ZeroDivisionError), worker.slot():
            raise ZeroDivisionError
        with worker.slot(), pytest.raises(QueueFullError) as refused, worker.slot():
            pass
        assert refused.value.retry_after >= 1
        assert worker.taken == 1
    assert worker.taken == 0


def test_a_job_that_fails_does_not_stop_the_next(worker):
    with pytest.raises(ZeroDivisionError):
        worker.run(lambda: 1 // 0)
    assert worker.run(lambda: 'fine') == 'fine'
    assert worker.taken == 0


def test_a_job_that_is_cancelled_in_time_does_not_run(worker):
    may_go_on, ran = threading.Event(), []
    first = worker.submit(may_go_on.wait, 20)
    second = worker.submit(ran.append, 'second')
    assert second.cancel()
    may_go_on.set()
    assert first.result()
    worker.run(ran.append, 'third')
    assert ran == ['third']
