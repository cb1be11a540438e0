// Package imports turns packages of other systems into tests repositories: an assignment.yaml and the files that it names.
// Each package below it reads the format of one system. Bundle.Notes lists everything that a tests repository cannot
// express; nothing is dropped silently.
package imports
