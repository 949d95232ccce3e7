"""mmcv's operators in PyTorch, for an mmcv that was installed without its compiled ones."""
