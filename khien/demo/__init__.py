"""The demo: Ho Chi Minh City, ten points in ten districts, 3,000 synthetic people in every state of the chain.

Built through the same actions as everything else; absent from a real instance.
"""
