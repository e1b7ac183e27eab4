"""Memories that learn: class memories by gradient descent, linear memories by Muon and others."""

from .associative import Learning, LearningOutcome, learn, random_embeddings
from .class_memory import ClassMemory
from .classifier import DenseClassifier
from .dual_network import DualNetwork
from .facts import Facts
from .mnist import LabeledImages, load_mnist, read_idx
from .optimizers import (
    GradientDescent,
    MatrixOptimizer,
    Muon,
    NormalizedGradient,
    SignDescent,
    TaskAlignedSign,
    newton_schulz,
    polar_factor,
)
from .reductions import descent_gaps, gap_losses, uniform_muon_gaps
from .training import Training, TrainingOutcome, train
from .training_setup import TrainingSetup, default_temperature, published_setup
from .xor import XOR_PATTERNS, xor_energy_gap

__all__ = [
    "XOR_PATTERNS",
    "ClassMemory",
    "DenseClassifier",
    "DualNetwork",
    "Facts",
    "GradientDescent",
    "LabeledImages",
    "Learning",
    "LearningOutcome",
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
