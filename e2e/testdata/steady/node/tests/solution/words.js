exports.count = (text) => {
  const counts = {};
  for (const word of text.split(" ")) counts[word] = (counts[word] || 0) + 1;
  return counts;
};

exports.longest = (text) => {
  if (!text) throw new RangeError("no words");
  return text.split(" ").reduce((a, b) => (a.length >= b.length ? a : b));
};

exports.later = (word) => new Promise((done) => setTimeout(() => done(word), 5));
