package schema

import (
	"slices"
	"strconv"
	"time"
)

// CourseSettings holds the values of course.yaml that Course has no fields for. A course without a
// course.yaml has the zero value.
type CourseSettings struct {
	Version  int                  `json:"version,omitempty"` // number of the course.yaml; 0: there is none
	Keys     []string             `json:"keys,omitempty"`    // top-level keys of the file; their settings are read-only elsewhere
	Sections map[string]DueOffset `json:"sections,omitempty"`
	TA       TAPermissions        `json:"ta"`
	Outage   time.Duration        `json:"outage,omitempty"` // staff are offered a shift for outages of at least this length; 0: for none
	Publish  PublishRule          `json:"publish,omitempty"`
	Limits   StepLimits           `json:"limits"`
}

// Holds reports whether course.yaml has the top-level key.
func (s CourseSettings) Holds(key string) bool { return slices.Contains(s.Keys, key) }

// DueOffset delays a section's due time after the assignment's. At most one of Days and By is set;
// the zero value is no delay.
type DueOffset struct {
	Days int           `json:"days,omitempty"` // calendar days
	By   time.Duration `json:"by,omitempty"`   // elapsed time
}

// IsZero reports whether the offset is zero.
func (o DueOffset) IsZero() bool { return o == DueOffset{} }

// String returns "2d", "36h0m0s" or "0".
func (o DueOffset) String() string {
	switch {
	case o.Days > 0:
		return strconv.Itoa(o.Days) + "d"
	case o.By > 0:
		return o.By.String()
	}
	return "0"
}

// TAPermissions holds the permissions of a course's TAs. The zero value is the default.
type TAPermissions struct {
	NoRerun    bool `json:"no_rerun,omitempty"`    // they may not have submissions graded again
	NoAdjust   bool `json:"no_adjust,omitempty"`   // they may not add points or take them off
	NoComment  bool `json:"no_comment,omitempty"`  // they may not comment on work
	Extensions bool `json:"extensions,omitempty"`  // they may grant extensions
	OwnSection bool `json:"own_section,omitempty"` // they see and change only work of the students in their sections
}

// PublishRule says when an assignment is published automatically.
type PublishRule string

// The choices of publish in course.yaml.
const (
	PublishManual   PublishRule = "manual"    // never: staff publish it; the default
	PublishAfterDue PublishRule = "after_due" // for each owner once they can no longer submit
)

// StepLimits holds the default limits of steps; 0 selects the built-in default.
type StepLimits struct {
	CPU       time.Duration `json:"cpu,omitempty"`
	Wall      time.Duration `json:"wall,omitempty"`
	Memory    int64         `json:"memory,omitempty"` // bytes
	Processes int           `json:"processes,omitempty"`
	Output    int64         `json:"output,omitempty"` // bytes
	Disk      int64         `json:"disk,omitempty"`   // bytes
}

// CourseVersion is one pushed state of course.yaml.
type CourseVersion struct {
	ID         int64
	CourseID   int64
	Number     int // counts per course from 1
	Commit     string
	Tree       string
	Source     []byte // course.yaml as pushed
	Applied    bool   // false: it could not be read when it was recorded, and changed nothing
	Pusher     string // login
	ReceivedAt time.Time
}

// GradeChange is one owner's grade before and after a change.
type GradeChange struct {
	Assignment string
	Owner      string
	Before     Grade
	After      Grade
}
