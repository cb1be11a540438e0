// Package imports converts packages of other systems to tests repositories: an assignment.yaml and the files that it
// names. Each package below it reads the format of one system. Bundle.Notes lists everything that a tests repository
// cannot express. Nothing is dropped silently.
package imports
