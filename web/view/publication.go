package view

// Publication says for whom an assignment is published, with the forms that change it.
type Publication struct {
	Frame
	Path, Task string
	For        string // "everybody", "section A, section B" or "nobody"
	Everybody  bool
	Sections   []string // where not everybody
	May        bool     // the viewer may change it
	Form       Form
}
