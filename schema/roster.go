package schema

import "time"

// RosterRow is one person's row in a roster.
type RosterRow struct {
	Line      int    `json:"line"` // of the roster
	Login     string `json:"login"`
	StudentID string `json:"student_id,omitempty"` // text: leading zeros count
	Name      string `json:"name,omitempty"`
	Email     string `json:"email,omitempty"`
	Section   string `json:"section,omitempty"`
	Role      Role   `json:"role,omitempty"`    // "" if the roster does not contain it; new people become students
	Dropped   bool   `json:"dropped,omitempty"` // has left the course
}

// RosterPerson is an account with its enrolment in a course.
type RosterPerson struct {
	UserID    int64
	Login     string
	StudentID string
	Name      string
	Email     string
	Enrolled  bool // true even if dropped
	Role      Role
	Section   string
	Dropped   bool
}

// RosterChange describes what an import changes for one person.
type RosterChange struct {
	Kind  RosterKind `json:"kind"`
	Line  int        `json:"line,omitempty"` // of the roster; 0: absent from it
	Login string     `json:"login"`
	What  string     `json:"what,omitempty"` // what changes, or why it is refused
	Code  string     `json:"code,omitempty"` // one-time join code of a new account

	Row    RosterRow `json:"-"`
	UserID int64     `json:"-"` // 0: a new account
}

// RosterKind says what happens to a person.
type RosterKind string

// The kinds of change.
const (
	RosterAdded     RosterKind = "added"
	RosterChanged   RosterKind = "changed"
	RosterUnchanged RosterKind = "unchanged"
	RosterDropped   RosterKind = "dropped"
	RosterMissing   RosterKind = "missing" // absent from the roster, and left as they are
	RosterRefused   RosterKind = "refused"
)

// RosterImport holds the rows and options of an import.
type RosterImport struct {
	Course      Course
	Rows        []RosterRow
	DropMissing bool
	DryRun      bool      // report the changes without making them
	Expires     time.Time // when the new accounts' join codes expire
}
