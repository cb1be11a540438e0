package view

// Publication shows for whom an assignment is published, with the forms that change this.
type Publication struct {
	Frame
	Path, Task string
	For        string // "everybody", "section A, section B" or "nobody"
	Everybody  bool
	Sections   []string // sections, unless it is published for everybody
	May        bool     // the viewer may change it
	Form       Form
}
