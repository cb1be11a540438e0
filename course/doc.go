// Package course implements the rules of a classroom as pure functions: who may do what, when work
// is due, what a push may contain, and what a viewer may see.
package course
