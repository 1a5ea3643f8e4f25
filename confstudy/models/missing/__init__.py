"""Missing answers: imputation by chained equations, pooling, delta adjustment, diagnostics."""
