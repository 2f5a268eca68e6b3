"""A sample school that anyone can make anew: framework, people, results and evidence."""

from demo.sample.generate import SampleOptions, SampleSummary, generate

__all__ = ["SampleOptions", "SampleSummary", "generate"]
