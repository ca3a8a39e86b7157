-- Why a stack is not to be rolled out for now; NULL when it is.
ALTER TABLE stacks ADD COLUMN suspended_why TEXT;
