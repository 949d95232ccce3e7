"""Repair brings back what a wrong encoding made of UTF-8, and nothing else."""

from __future__ import annotations

import pytest

from projects.smn.reading.text import is_broken, repair

WORDS = ['Pequeña', 'Größe', 'mûre', 'élan vital', 'ÁÍÝ', '柑橘']


@pytest.mark.parametrize('codec', ['latin-1', 'cp1252'])
@pytest.mark.parametrize('word', ['Pequeña', 'Größe', 'mûre', 'élan vital'])
def test_utf8_read_as_a_one_byte_encoding_is_undone(word, codec):
    assert repair(word.encode().decode(codec)) == word


@pytest.mark.parametrize('word', WORDS)
def test_text_garbled_twice_is_undone(word):
    once = word.encode().decode('latin-1')
    assert repair(once.encode().decode('latin-1')) == word


def test_text_garbled_in_two_ways_is_undone():
    assert repair('Pequeña'.encode().decode('latin-1').encode().decode('cp1252')) == 'Pequeña'


@pytest.mark.parametrize(
    'text', [*WORDS, 'AÇÃO', 'Ångström', 'Mandarina-A', 'naïve ½', 'Maðárdal', '']
)
def test_sound_text_is_left_alone(text):
    assert repair(text) == text
    assert not is_broken(text)


def test_accents_are_composed():
    assert repair('Pequen\u0303a') == 'Pequeña'


@pytest.mark.parametrize('text', ['Peque\ufffda', 'Peque?a', 'PequeÃ±a', 'Peque\x96a'])
def test_text_that_lost_letters_is_broken(text):
    assert is_broken(text)
