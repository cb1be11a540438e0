// Package transcript writes what people read about a push: the lines of a grading, the verdict,
// the place in the queue, refusals, and the verdict of a gate. It only turns values into lines
// and knows neither SSH nor git, so that `grader check` shows a grading in the same words.
package transcript
