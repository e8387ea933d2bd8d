"""Painting again by a recipe that somebody brought: its inputs are found or asked for, and what
comes out is held against what came out the first time."""
