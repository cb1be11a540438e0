exports.count = (text) => {
  const counts = {};
  for (const word of text.split(" ")) counts[word] = 1;
  return counts;
};

exports.longest = (text) => {
  if (!text) return "";
  return text.split(" ").reduce((a, b) => (a.length >= b.length ? a : b));
};

exports.later = (word) => new Promise((done) => setTimeout(() => done(word), 5));
