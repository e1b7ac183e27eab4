"""Memories that learn: class memories by gradient descent, linear memories by Muon and others."""

from classical_ref.data.mnist import LabeledImages, load_mnist, read_idx
from classical_ref.learning.associative import Learning, learn, random_embeddings
from classical_ref.learning.class_memory import ClassMemory
from classical_ref.learning.classifier import DenseClassifier
from classical_ref.learning.dual_network import DualNetwork
from classical_ref.learning.facts import Facts
from classical_ref.learning.optimizers import (
    GradientDescent,
    MatrixOptimizer,
    Muon,
    NormalizedGradient,
    SignDescent,
    TaskAlignedSign,
    newton_schulz,
    polar_factor,
)
from classical_ref.learning.reductions import descent_gaps, gap_losses, uniform_muon_gaps
from classical_ref.learning.training import Training, TrainingOutcome, train
from classical_ref.learning.training_setup import (
    TrainingSetup,
    default_temperature,
    published_setup,
)
from classical_ref.learning.xor import XOR_PATTERNS, xor_energy_gap

__all__ = [
    "XOR_PATTERNS",
    "ClassMemory",
    "DenseClassifier",
    "DualNetwork",
    "Facts",
    "GradientDescent",
    "LabeledImages",
    "Learning",
    "MatrixOptimizer",
    "Muon",
    "NormalizedGradient",
    "SignDescent",
    "TaskAlignedSign",
    "Training",
    "TrainingOutcome",
    "TrainingSetup",
    "default_temperature",
    "descent_gaps",
    "gap_losses",
    "learn",
    "load_mnist",
    "newton_schulz",
    "polar_factor",
    "published_setup",
    "random_embeddings",
    "read_idx",
    "train",
    "uniform_muon_gaps",
    "xor_energy_gap",
]
