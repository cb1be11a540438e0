package store

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"time"
)

// Options configure a Store.
type Options struct {
	// Clock returns the time for methods that are not given one; nil is time.Now.
	Clock func() time.Time
	// Readers is how many connections read at once; 0 is 4.
	Readers int
	// BusyTimeout is how long a write waits for another process that locks the database; 0 is 5
	// s.
	BusyTimeout time.Duration
	// ReceiptKey signs the receipts of pushes; nil: receipts are not signed.
	ReceiptKey ed25519.PrivateKey
}

// Store is the durable state: the families of its tables on one database. It embeds them, so
// that one value satisfies ports that span several families. Its methods may be called from
// several goroutines.
type Store struct {
	*database
	*grading

	*AccountTables
	*CourseTables
	*RosterTables
	*SubmissionTables
	*GradeTables
	*RegradeTables
	*QueueTables
	*OutboxTables
	*GitHubTables
	*NoticeTables
	*OperationTables
}

// AccountTables are people: accounts, keys, codes, sign-in links, sessions and API tokens.
type AccountTables struct{ *database }

// CourseTables are courses, their course.yaml, assignments, versions of tests and publications.
type CourseTables struct{ *grading }

// RosterTables are who is in a course: enrolments, sections and teams.
type RosterTables struct{ *grading }

// SubmissionTables are what was pushed: repositories, intents, submissions, tries, their
// receipts and comments.
type SubmissionTables struct {
	*grading
	signer signer
}

// GradeTables are grades and what they depend on: adjustments, marks, extensions, outages and
// late days.
type GradeTables struct{ *grading }

// RegradeTables are sets of regraded submissions.
type RegradeTables struct{ *grading }

// QueueTables are jobs with their events and results, and the runners that work on them.
type QueueTables struct{ *grading }

// OutboxTables are the messages to other systems that are not delivered yet, or were given up.
type OutboxTables struct{ *database }

// GitHubTables are linked accounts, received deliveries and submitted commits at GitHub.
type GitHubTables struct{ *database }

// NoticeTables holds notice destinations and their topics.
type NoticeTables struct{ *database }

// OperationTables are what operators read: the audit log, downtimes, measurements, troubles, the server's health and
// copies of the database.
type OperationTables struct{ *database }

// Open opens the database at path, creates it with mode 0600 if it does not exist, and migrates
// it. CodeRefused: it was written by a newer grader.
func Open(ctx context.Context, path string, o Options) (*Store, error) {
	d, err := openDatabase(ctx, path, o)
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	g := &grading{database: d}
	if err := g.updateMissingGrades(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open store: %w", err), d.Close())
	}
	return &Store{
		database: d, grading: g,
		AccountTables: &AccountTables{d}, CourseTables: &CourseTables{g}, RosterTables: &RosterTables{g},
		SubmissionTables: &SubmissionTables{g, newSigner(o.ReceiptKey)}, GradeTables: &GradeTables{g},
		RegradeTables: &RegradeTables{g}, QueueTables: &QueueTables{g}, OutboxTables: &OutboxTables{d}, GitHubTables: &GitHubTables{d}, NoticeTables: &NoticeTables{d}, OperationTables: &OperationTables{d},
	}, nil
}
