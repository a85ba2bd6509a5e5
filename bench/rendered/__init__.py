"""People drawn with known joint angles: bodies, movements, scenes and the truth of every frame.

Right-handed space in metres: z is up, the person looks along -y, their left is +x, the floor is
z = 0. Needs numpy, numba and PyAV; ``bake`` alone needs anny and torch (requirements-bake.txt).
"""
