// Package transcript writes what people read of a push: the lines of a grading, the
// verdict, the place in the queue, refusals, and the words on a gate. It only turns
// values into lines; it knows neither SSH nor git, so that `grader check` shows a
// grading in the same words.
package transcript
