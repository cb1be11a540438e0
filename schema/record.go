package schema

import (
	"math"
	"slices"
	"time"
	_ "time/tzdata" // zones are known on a machine that has no zone data
)

// User is an account. Login is unique and is the owner name of the user's own work.
type User struct {
	ID        int64
	Login     string
	Name      string
	Email     string
	Admin     bool
	Disabled  bool // it may not sign in, push or join
	CreatedAt time.Time
}

// DisplayName returns the name, or the login if there is none.
func (u User) DisplayName() string {
	if u.Name != "" {
		return u.Name
	}
	return u.Login
}

// Key is an SSH public key of an account. Only an active key identifies its user. A pending key
// was added but has not authenticated yet, and blocks nobody.
type Key struct {
	ID          int64
	UserID      int64
	Fingerprint string // "SHA256:…" as ssh-keygen -l prints it
	Public      string // authorized_keys form without the comment
	Comment     string
	Active      bool
	AddedBy     string // fingerprint of the key that added it, "" for none
	AddedAt     time.Time
	UsedAt      time.Time // zero: never
	ExpiresAt   time.Time // from then on it signs nobody in; zero: never
}

// OwnedKey is a key with the account that it belongs to.
type OwnedKey struct {
	User        User // ID and Login
	Fingerprint string
}

// Course is a class. Zone is an IANA name; every local time of its assignments
// is in it.
type Course struct {
	ID      int64
	Code    string
	Title   string
	Zone    string
	Flavour string // default flavour of its assignments
	// OtherFlavours are those that an assignment may name instead.
	OtherFlavours []string
	CreatedAt     time.Time
	Settings      CourseSettings // from its course.yaml
}

// Allows reports whether the course's assignments may run on a flavour.
func (c Course) Allows(flavour string) bool {
	return flavour == c.Flavour || slices.Contains(c.OtherFlavours, flavour)
}

// LoadZone returns the time zone of an IANA name. CodeInvalid: the name is unknown, or means
// the machine's own zone.
func LoadZone(name string) (*time.Location, error) {
	zone, err := time.LoadLocation(name)
	if err != nil || name == "" || name == "Local" {
		return nil, Errorf(CodeInvalid, "time zone %q is unknown; use a name such as America/Toronto", name)
	}
	return zone, nil
}

// Location returns the course's time zone. It panics for an unknown zone, because due dates
// would be off by hours; no course with an unknown zone can be created or read.
func (c Course) Location() *time.Location {
	zone, err := LoadZone(c.Zone)
	if err != nil {
		panic("course " + c.Code + ": " + err.Error())
	}
	return zone
}

// Enrolment is one person's role in one course.
type Enrolment struct {
	Course Course
	User   User
	Role   Role
}

// Assignment is one piece of work in a course. It exists from the first push to
// its tests repository; students see it once it has an active version.
type Assignment struct {
	ID        int64
	Course    Course
	Name      string
	Active    *Version // nil: none accepted yet
	CreatedAt time.Time
}

// Path returns COURSE/ASSIGNMENT.
func (a Assignment) Path() string { return a.Course.Code + "/" + a.Name }

// VersionState is the state of a tests version.
type VersionState string

// The states of a tests version. At most one of an assignment is active.
const (
	VersionCandidate VersionState = "candidate" // parsed; its gate has not ended
	VersionActive    VersionState = "active"
	VersionRetired   VersionState = "retired"  // was active
	VersionRejected  VersionState = "rejected" // its gate failed
)

// Version is one pushed state of a tests repository. Only State and Pins change.
type Version struct {
	ID           int64
	AssignmentID int64
	Number       int // counts per assignment from 1
	RepositoryID int64
	Commit       string // hex
	Tree         string // hex
	Source       []byte // assignment.yaml as pushed
	State        VersionState
	Pins         Pins
	PusherID     int64
	ReceivedAt   time.Time
}

// Pins are the names of the cases that the reference solution produced, by test, in the order
// of the report, and the traces of its reports. A test without a report has neither.
type Pins struct {
	Tests   map[string][]string    `json:"tests,omitempty"`
	Reports map[string]ReportTrace `json:"reports,omitempty"`
}

// ReportTrace is what can be observed of how a framework reported. A submission's trace is
// compared with the reference's.
type ReportTrace struct {
	Files    map[string]int `json:"files,omitempty"`    // how often each was written, by path below $REPORTS; 0 is unknown
	Summary  bool           `json:"summary,omitempty"`  // its closing words were in the output once, and agreed with the report
	Totals   bool           `json:"totals,omitempty"`   // the totals that its documents state are right
	Attested bool           `json:"attested,omitempty"` // the framework was started so that it signs its report
	Noted    []string       `json:"noted,omitempty"`    // what it does that reads or changes the framework's process
	Changed  []string       `json:"changed,omitempty"`  // parts of the framework and of the tests that it changes
}

// Repository is one bare repository on disk. Owner is empty for the tests and the
// course repository, and the version's id for a starter.
type Repository struct {
	ID           int64
	Kind         RepositoryKind // own, tests, course or starter
	CourseID     int64
	AssignmentID int64 // 0 for a course repository
	Owner        string
}

// IntentState is the state of an intent.
type IntentState string

// The states of an intent.
const (
	IntentOpen     IntentState = "open"     // the list was forwarded to git; nothing is known yet
	IntentRecorded IntentState = "recorded" // the ref moved, and the push is a submission or a version
	IntentVoid     IntentState = "void"     // the ref did not move: the push never happened
)

// Intent is written before git may move a ref, so that a crash cannot lose a push.
type Intent struct {
	ID           string // random, hex; names refs/submissions/<ID>
	RepositoryID int64
	PusherID     int64
	Ref          string
	Old, New     string // hex object names, 40 zeros for none
	ReceivedAt   time.Time
	Options      []string
	ProcessGroup int     // of git receive-pack; 0 until it is known
	Channel      Channel // by which it was pushed; "" is SSH
	State        IntentState
}

// Submission holds the facts of one push to an owner's repository, without its grading.
type Submission struct {
	ID         int64
	Name       SubmissionName
	Assignment int64
	PusherID   int64
	Login      string // of the pusher
	Commit     string // hex
	Tree       string // hex
	Repository int64
	IntentID   string
	VersionID  int64 // tests version that it was received against
	TryOut     bool  // pushed by staff: graded, neither counted nor exported
	Kept       bool  // received after the end: not graded
	Receipt    string
	ReceivedAt time.Time
}

// Grading is how far a submission's grading is: its latest job, and the result of the latest
// job that has one (nil: none yet).
type Grading struct {
	Job    Job
	Result *Result
}

// GradedSubmission is a submission with its grading.
type GradedSubmission struct {
	Submission
	Grading
}

// RecordMarks says how far the record of pushes goes: the newest submission and version.
type RecordMarks struct{ Submission, Version int64 }

// RecordedPush is a push that became a submission or a version of tests.
type RecordedPush struct {
	Intent     string    `json:"pin"` // names the pin: refs/submissions/<Intent>
	Repository int64     `json:"repository"`
	Name       string    `json:"name"` // COURSE/ASSIGNMENT/OWNER/N, or COURSE/ASSIGNMENT/tests/N
	Pusher     string    `json:"pusher,omitempty"`
	Commit     string    `json:"commit"`
	Receipt    string    `json:"receipt,omitempty"`
	ReceivedAt time.Time `json:"received_at,omitzero"`
}

// StoredReceipt is the text of a signed receipt and the id of its submission.
type StoredReceipt struct {
	Submission int64
	Text       string
}

// Job is one unit of work for a runner.
type Job struct {
	ID         int64
	Kind       JobKind
	Submission int64 // 0 for a gate
	VersionID  int64
	CourseID   int64
	Owner      string // who is served: for fair share
	Lane       Lane
	Flavour    string
	State      State
	Attempt    int // 0 until first assigned; the fence of every write from a runner
	Runner     string
	Reason     string // why it failed, was cancelled or went back to the queue, for people
	QueuedAt   time.Time
	AssignedAt time.Time
	StartedAt  time.Time
	EndedAt    time.Time
	LeaseUntil time.Time
}

// Flavour is a kind of runner: the size of the machine and what is on it.
type Flavour struct {
	Name      string  `json:"name" yaml:"-"`
	Image     string  `json:"image,omitempty" yaml:"image"` // for container pools
	CPU       float64 `json:"cpu" yaml:"cpu"`               // cores
	Memory    int64   `json:"memory" yaml:"memory"`         // bytes one step may use
	Scratch   int64   `json:"scratch" yaml:"scratch"`       // bytes one step may write
	Processes int     `json:"processes" yaml:"processes"`   // threads and processes one step may have
	Warm      int     `json:"warm" yaml:"warm"`             // fresh runners kept ready
	Max       int     `json:"max" yaml:"max"`               // runners at most
	// Cooldown is how long fewer runners must be enough before there are fewer; 0 is a minute.
	Cooldown time.Duration `json:"-" yaml:"-"`
}

// WholeCores reports whether CPU is a whole number, so that a runner can have its
// cores to itself.
func (f Flavour) WholeCores() bool { return f.CPU == math.Trunc(f.CPU) }

// Place is what a waiting job is told.
type Place struct {
	Ahead    int           // jobs that will start before it
	More     bool          // there are more than Ahead; how many was not counted
	Estimate time.Duration // until it starts; 0 when unknown
	Stalled  string        // why it will not start before the staff acts, "" if it will
}

// QueueDepth is how many jobs of a flavour wait in a lane.
type QueueDepth struct {
	Flavour string
	Lane    Lane
	Waiting int
}

// DueDate is when many people are expected to push.
type DueDate struct {
	Name     string // of the assignment, for people: "COMP2402 A1"
	At       time.Time
	Students int // who may push
}

// Push is what a resolved intent becomes.
type Push struct {
	Intent    Intent
	Course    Course // that it was pushed to
	Tree      string // hex
	VersionID int64  // of the active tests version; 0 for a tests push
	Flavour   string
	TryOut    bool
	Login     string     // of the pusher
	Gate      []GatePart // of a tests push: its gate's parts; none: one that does it all
	Limits    StepLimits // of a tests push: the course's defaults
}

// PoolRunner is a runner as its pool sees it.
type PoolRunner struct {
	ID      string // "" if none of the flavour could be started
	Flavour string
	Where   string // process id, container or allocation
	Alive   bool
	Failure string // why the last one of the flavour could not start, for staff
	Full    bool   // no machine has room for another of the flavour: the next waits for one
}

// Runner is a registered runner.
type Runner struct {
	ID           string
	Flavour      string
	SecretHash   []byte // SHA-256
	Host         string
	Image        string
	Wall         string
	Version      string
	Job          int64 // the one job it was given; 0 until then
	RegisteredAt time.Time
	RetiredAt    time.Time
}
