// Package imports turns other systems' packages into tests repositories: an assignment.yaml and the
// files that it names. One package below it reads one system's form. What a form says and a tests
// repository cannot is named in Bundle.Notes; nothing is left out silently.
package imports
