package gitd

import (
	"context"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// Ledger durably records pushes. Each method is one transaction.
type Ledger interface {
	// OpenIntent records that a command list is about to be forwarded to git.
	// CodeConflict: the repository has an open intent.
	OpenIntent(ctx context.Context, in schema.Intent) error
	// VoidIntent closes an intent whose ref did not move.
	VoidIntent(ctx context.Context, intent string) error
	// OpenIntents returns every open intent, oldest first; repository 0 is all.
	OpenIntents(ctx context.Context, repository int64) ([]schema.Intent, error)
	// RecordSubmission closes the intent. It assigns the owner's next number, creates the
	// submission, its job, its receipt and its first event, and moves the owner's other queued
	// pushes of the assignment to the overtaken lane. Called again for the same intent it
	// returns the same submission.
	RecordSubmission(ctx context.Context, p schema.Push) (schema.GradedSubmission, error)
	// RecordTry closes the intent of a push to the branch try and creates the owner's next try and
	// its job. It is idempotent.
	RecordTry(ctx context.Context, p schema.Push) (schema.Try, error)
	// Tries returns an owner's tries for an assignment, newest first, with summaries of
	// their results, at most limit.
	Tries(ctx context.Context, assignment int64, owner string, limit int) ([]schema.Try, error)
	// TriesSince returns the times since then at which an owner's tries for an assignment were
	// received, oldest first. It leaves out tries that our machines failed to grade.
	TriesSince(ctx context.Context, assignment int64, owner string, since time.Time) ([]time.Time, error)
	// RecordCandidate closes the intent of a tests push, creates the next candidate version and the
	// jobs of its gate, and returns the first job. It is idempotent.
	RecordCandidate(ctx context.Context, p schema.Push, source []byte) (schema.Version, schema.Job, error)
	// Submission returns one submission with its latest job and result. Number 0 selects the
	// owner's latest.
	Submission(ctx context.Context, name schema.SubmissionName) (schema.GradedSubmission, error)
	// SubmissionFacts returns one submission without its grading. Number 0 selects the owner's
	// latest.
	SubmissionFacts(ctx context.Context, name schema.SubmissionName) (schema.Submission, error)
	// SubmissionByCommit returns the owner's latest submission of a commit.
	SubmissionByCommit(ctx context.Context, assignment int64, owner, commit string) (schema.GradedSubmission, error)
	// Submissions returns an owner's submissions of an assignment, newest first,
	// with summaries of their results, at most limit.
	Submissions(ctx context.Context, assignment int64, owner string, limit int) ([]schema.GradedSubmission, error)
	// Grade returns an owner's grade for an assignment. Its Number is 0 if no submission counts.
	Grade(ctx context.Context, assignment int64, owner string) (schema.Grade, error)
	// Terms returns the terms by which a push of the owner to the assignment is judged at that
	// time.
	Terms(ctx context.Context, assignment int64, owner string, now time.Time) (course.Terms, error)
	// LastRegrade returns how the latest applied regrade set changed an owner's grade. It returns
	// false if no set changed it.
	LastRegrade(ctx context.Context, assignment int64, owner string) (schema.RegradeNotice, bool, error)
	// VersionByCommit returns the newest version of that commit, or CodeNotFound.
	VersionByCommit(ctx context.Context, assignment int64, commit string) (schema.Version, error)
	// CourseVersionByCommit returns the newest version of course.yaml of that commit, or
	// CodeNotFound.
	CourseVersionByCommit(ctx context.Context, course int64, commit string) (schema.CourseVersion, error)
	// VersionByNumber returns a version of an assignment; number 0 is the newest.
	VersionByNumber(ctx context.Context, assignment int64, number int) (schema.Version, error)
	// Versions returns an assignment's versions, newest first, at most limit.
	Versions(ctx context.Context, assignment int64, limit int) ([]schema.Version, error)
	// Gate returns a version with the parts of its gate, and the verdict if the gate has one.
	Gate(ctx context.Context, version int64) (schema.Gate, error)
	// RetryGate queues again the parts of a gate that failed because of our machines, and returns
	// the gate.
	RetryGate(ctx context.Context, version int64, at time.Time) (schema.Gate, error)
}

// Queue is the part of the scheduler that the SSH server uses.
type Queue interface {
	// Wake tells the scheduler that a job was queued. It never blocks.
	Wake()
	// Watch returns a job's events after the sequence number: first the stored ones, then live
	// ones. It closes the channel after EventEnded, when ctx ends, or when the reader is too slow.
	// A slow reader resumes from the last Seq.
	Watch(ctx context.Context, job, after int64) (<-chan schema.Event, error)
	// Place returns how many jobs will start before a queued one and when it should start. The
	// answer comes from a snapshot that is at most a second old.
	Place(job int64) schema.Place
}
