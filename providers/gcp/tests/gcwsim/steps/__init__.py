"""The kinds of steps, a module each: what one may say, and what it does."""
