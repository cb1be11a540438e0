// Package transcript formats what people read about a push: the lines of a grading, the verdict,
// the place in the queue, refusals, and the verdict of a gate. It only converts values to lines and
// does not depend on SSH or git, so that `grader check` shows a grading in the same words.
package transcript
