package assignment

// Parse decodes assignment.yaml strictly and checks everything that needs no other
// file. The error is *Invalid.
func Parse(source []byte, c Context) (*Spec, error) { panic("unwritten") }

// Load is Parse, and then everything that needs the other files: globs resolved,
// cases paired and read, files that must exist. The error is *Invalid, or that of files.
func Load(files Files, c Context) (*Spec, error) { panic("unwritten") }

// Invalid is every mistake found in an assignment, in order of place. Its text has
// a line each: "assignment.yaml:12:5: unknown key "pionts"; did you mean "points"?".
type Invalid struct{ Problems []Problem }

// Error implements error.
func (e *Invalid) Error() string { panic("unwritten") }
