"""Programs that measure askspeech on sets and questions that do not come with it; not in the wheel."""
