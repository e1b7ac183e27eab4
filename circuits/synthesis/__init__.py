"""Gates on many qubits from CX and one-qubit gates."""
