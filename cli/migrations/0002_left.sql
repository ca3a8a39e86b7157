-- When a stack was first seen to have left its branch; NULL while it is there, and once it was rolled out again.
ALTER TABLE stacks ADD COLUMN left_at BIGINT;
