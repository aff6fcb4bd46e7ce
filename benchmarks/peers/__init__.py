"""The same corpus and questions through LangChain, LlamaIndex, txtai and askspeech: `python -m benchmarks.peers`."""
