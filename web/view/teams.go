package view

import (
	"slices"
	"strings"

	"github.com/grader/grader/schema"
)

// Teams is the page of an assignment's teams.
type Teams struct {
	Frame
	Path, Task string
	Staff      bool
	May        bool   // the viewer may change the teams of others
	Own        string // team of the viewer, "" for none
	List       []Team
	Form       Form
}

// Team is one team.
type Team struct {
	Name    string
	Members string
	Invited string
	Empty   bool // it has handed in nothing
	Own     bool // the viewer is in it
	Asked   bool // the viewer is invited
}

// NewTeams lists teams as a person may see them.
func NewTeams(path string, all []schema.Team, login string, staff, may bool) Teams {
	page := Teams{Path: path, Staff: staff, May: may}
	for _, t := range all {
		one := Team{Name: t.Name, Members: strings.Join(t.Members, ", "), Invited: strings.Join(t.Invited, ", "), Empty: t.Submissions == 0}
		if !staff {
			one.Own, one.Asked = slices.Contains(t.Members, login), slices.Contains(t.Invited, login)
		}
		if one.Own {
			page.Own = t.Name
		}
		page.List = append(page.List, one)
	}
	return page
}
