"""Memories of what follows what and of what belongs to what: sequences and pairs."""

from classical_ref.sequences.memory import SequenceMemory as SequenceMemory
from classical_ref.sequences.memory import SequenceResult as SequenceResult
from classical_ref.sequences.pairs import BidirectionalMemory as BidirectionalMemory
from classical_ref.sequences.pairs import BidirectionalResult as BidirectionalResult
from classical_ref.sequences.pairs import Pairs as Pairs
from classical_ref.sequences.pairs import pairs as pairs
