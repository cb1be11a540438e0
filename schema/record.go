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

// Key is an SSH public key of an account. Only an active key identifies its user. A pending key was
// added but has not authenticated yet; other accounts can still add it.
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
	ExpiresAt   time.Time // the key is invalid from then on; zero: never
}

// OwnedKey is a key with the account that it belongs to.
type OwnedKey struct {
	User        User // ID and Login
	Fingerprint string
}

// Course is a class. Zone is the IANA name of the time zone of its assignments' local times.
type Course struct {
	ID      int64
	Code    string
	Title   string
	Zone    string
	Flavour string // default flavour of its assignments
	// OtherFlavours lists the flavours that an assignment may choose instead.
	OtherFlavours []string
	CreatedAt     time.Time
	Settings      CourseSettings // from its course.yaml
}

// Allows reports whether the course's assignments may run on a flavour.
func (c Course) Allows(flavour string) bool {
	return flavour == c.Flavour || slices.Contains(c.OtherFlavours, flavour)
}

// LoadZone returns the time zone of an IANA name. The error is CodeInvalid if the name is unknown
// or means the machine's own zone.
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

// Pins holds, by test, the names of the cases that the reference solution produced, in the order of
// the report, and the traces of its reports. Tests without a report have neither.
type Pins struct {
	Tests   map[string][]string    `json:"tests,omitempty"`
	Reports map[string]ReportTrace `json:"reports,omitempty"`
}

// ReportTrace records how a test framework wrote its reports. A submission's trace is compared with
// the reference solution's.
type ReportTrace struct {
	Files    map[string]int `json:"files,omitempty"`    // how often each was written, by path below $REPORTS; 0 is unknown
	Summary  bool           `json:"summary,omitempty"`  // the framework's closing words were in the output once and agreed with the report
	Totals   bool           `json:"totals,omitempty"`   // the totals stated in the reports are correct
	Attested bool           `json:"attested,omitempty"` // the framework was started with signing of its report
	Noted    []string       `json:"noted,omitempty"`    // actions of the graded code that read or change the framework's process
	Changed  []string       `json:"changed,omitempty"`  // parts of the framework and of the tests that the graded code changes
}

// Repository is one bare repository on disk. Owner is empty for the tests and the
// course repository, and "starter" for a starter.
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
	IntentOpen     IntentState = "open"     // the commands were forwarded to git; the result is unknown
	IntentRecorded IntentState = "recorded" // the ref moved, and the push is a submission or a version
	IntentVoid     IntentState = "void"     // the ref did not move, so there was no push
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
	Channel      Channel // channel of the push; "" is SSH
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

// Grading is the state of a submission's grading: its latest job, and the result of the latest job
// that has one (nil: none yet).
type Grading struct {
	Job    Job
	Result *Result
}

// GradedSubmission is a submission with its grading.
type GradedSubmission struct {
	Submission
	Grading
}

// RecordMarks holds the ids of the newest recorded submission and version.
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
	Owner      string // owner whose share of the runners the job uses
	Lane       Lane
	Flavour    string
	State      State
	Attempt    int // 0 until first assigned; fences every write from a runner
	Runner     string
	Reason     string // why it failed, was cancelled or went back to the queue, for people
	QueuedAt   time.Time
	AssignedAt time.Time
	StartedAt  time.Time
	EndedAt    time.Time
	LeaseUntil time.Time
}

// Flavour is a kind of runner: the size of its machine and the software on it.
type Flavour struct {
	Name      string  `json:"name" yaml:"-"`
	Image     string  `json:"image,omitempty" yaml:"image"` // for container pools
	CPU       float64 `json:"cpu" yaml:"cpu"`               // cores
	Memory    int64   `json:"memory" yaml:"memory"`         // bytes one step may use
	Scratch   int64   `json:"scratch" yaml:"scratch"`       // bytes one step may write
	Processes int     `json:"processes" yaml:"processes"`   // threads and processes one step may have
	Warm      int     `json:"warm" yaml:"warm"`             // fresh runners kept ready
	Max       int     `json:"max" yaml:"max"`               // maximum number of runners
	// Cooldown is how long fewer runners must suffice before their number is reduced; 0 is a
	// minute.
	Cooldown time.Duration `json:"-" yaml:"-"`
}

// WholeCores reports whether CPU is a whole number, so that a runner can have its
// cores to itself.
func (f Flavour) WholeCores() bool { return f.CPU == math.Trunc(f.CPU) }

// Place describes a waiting job's place in the queue.
type Place struct {
	Ahead    int           // jobs that will start before it
	More     bool          // there are more than Ahead, but they were not counted
	Estimate time.Duration // until it starts; 0 when unknown
	Stalled  string        // why it will not start before the staff acts, "" if it will
}

// QueueDepth is the number of jobs of a flavour that wait in a lane.
type QueueDepth struct {
	Flavour string
	Lane    Lane
	Waiting int
}

// DueDate is a time at which many people are expected to push.
type DueDate struct {
	Name     string // of the assignment, for people: "COMP2402 A1"
	At       time.Time
	Students int // number of students who may push
}

// Push holds what the store needs to record a resolved intent.
type Push struct {
	Intent    Intent
	Course    Course // course of the repository
	Tree      string // hex
	VersionID int64  // of the active tests version; 0 for a tests push
	Flavour   string
	TryOut    bool
	Login     string     // of the pusher
	Gate      []GatePart // for a tests push, the parts of its gate; none: one part for the whole gate
	Limits    StepLimits // for a tests push, the course's defaults
}

// PoolRunner is a pool's view of a runner.
type PoolRunner struct {
	ID      string // "" if none of the flavour could be started
	Flavour string
	Where   string // process id, container or allocation
	Alive   bool
	Failure string // why the last one of the flavour could not start, for staff
	Full    bool   // no machine has room for another runner of the flavour, so the next one waits
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
	Job          int64 // its only job; 0 until it is assigned
	RegisteredAt time.Time
	RetiredAt    time.Time
}
