package classroom

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// Seen is a submission with its viewer and its assignment.
type Seen struct {
	Member     Member
	Assignment Assignment
	Submission schema.GradedSubmission
	Access     course.Access
}

// Submission returns a submission that the actor may see. A name without an owner means the
// actor's own; without a number it means the owner's latest. CodeNotFound: there is no such
// submission, or the actor may not see it; both have the same message.
func (w *Work) Submission(ctx context.Context, by schema.Actor, name schema.SubmissionName) (Seen, error) {
	seen, name, err := w.see(ctx, by, name)
	if err != nil {
		return Seen{}, err
	}
	seen.Submission, err = w.store.Submission(ctx, name)
	if schema.CodeOf(err) == schema.CodeNotFound {
		return Seen{}, w.noSubmission(ctx, seen.Member, name)
	}
	if err != nil {
		return Seen{}, fmt.Errorf("find submission: %w", err)
	}
	return seen, course.MaySeeReceived(seen.Access, name, seen.Submission.ReceivedAt)
}

// WorkFacts holds what decides who may see an owner's work, except the viewer. It is the same for all viewers, so
// that it can be read once for all who watch a submission.
type WorkFacts struct {
	course schema.Course
	access course.Access // without a viewer
}

// Facts returns the present facts about the work of a name, which has an owner.
func (w *Work) Facts(ctx context.Context, name schema.SubmissionName) (*WorkFacts, error) {
	of, err := w.store.Course(ctx, name.Course)
	if err != nil {
		return nil, fmt.Errorf("find course: %w", err)
	}
	a, err := w.store.Assignment(ctx, name.Course, name.Assignment)
	if err != nil {
		return nil, fmt.Errorf("find assignment: %w", err)
	}
	access, err := w.Access(ctx, course.Viewer{}, a.ID, name.Owner)
	if err != nil {
		return nil, err
	}
	return &WorkFacts{course: of, access: access}, nil
}

// Again decides again whether the actor may see a submission that they saw before, such as at the end of
// a stream. It reads the actor's present membership, and takes the rest from the facts about the work. It does not
// read the result. CodeNotFound: the actor may not see it any more.
func (w *Work) Again(ctx context.Context, by schema.Actor, of schema.Submission, facts *WorkFacts) (Member, course.Access, error) {
	m, err := memberOf(ctx, w.store, by, facts.course)
	if err != nil {
		return Member{}, course.Access{}, err
	}
	access := facts.access
	access.Viewer = m.Viewer()
	return m, access, course.MaySeeReceived(access, of.Name, of.ReceivedAt)
}

// see returns the actor's membership and access to the work of a name, without a submission, and the name
// with its owner.
func (w *Work) see(ctx context.Context, by schema.Actor, name schema.SubmissionName) (Seen, schema.SubmissionName, error) {
	m, err := w.Member(ctx, by, name.Course)
	if err != nil {
		return Seen{}, name, err
	}
	a, err := w.store.Assignment(ctx, name.Course, name.Assignment)
	if schema.CodeOf(err) == schema.CodeNotFound {
		return Seen{}, name, w.noSubmission(ctx, m, name)
	}
	if err != nil {
		return Seen{}, name, fmt.Errorf("find assignment: %w", err)
	}
	if name.Owner == "" {
		if name.Owner, err = w.OwnerOf(ctx, m, a.ID); err != nil {
			return Seen{}, name, err
		}
	}
	access, err := w.Access(ctx, m.Viewer(), a.ID, name.Owner)
	if err != nil {
		return Seen{}, name, err
	}
	return Seen{Member: m, Assignment: w.Read(a), Access: access}, name, course.MaySee(access, name)
}

// noSubmission returns the error for a missing assignment or submission.
func (w *Work) noSubmission(ctx context.Context, m Member, name schema.SubmissionName) error {
	if _, err := w.Assignment(ctx, m, name.Assignment); err != nil {
		return err
	}
	return schema.Errorf(schema.CodeNotFound, "there is no submission %s, or none that you may see", name)
}

// SubmissionPage selects one page of an assignment's submissions.
type SubmissionPage struct {
	Assignment string // COURSE/ASSIGNMENT
	Login      string // the owner of the submissions, a person or a team; "" means everybody
	After      string // name of the submission that it begins after, "" from the beginning
	Limit      int    // maximum number, at most maxPage+1; 0 means maxPage
}

// maxPage is the maximum number of submissions on a page. They are read with their results. One
// more may be read, to see whether more follow.
const maxPage = 100

// Submissions lists one page of an assignment's submissions in their JSON form, oldest
// first.
func (w *Work) Submissions(ctx context.Context, by schema.Actor, p SubmissionPage) ([]schema.PublicSubmission, error) {
	m, a, err := w.named(ctx, by, p.Assignment)
	if err != nil {
		return nil, err
	}
	if err := w.mayList(ctx, m, a, p.Login); err != nil {
		return nil, err
	}
	return w.page(ctx, m, a, p)
}

// OwnSubmissions lists one page of the submissions of the actor or their team to an
// assignment, oldest first. It ignores SubmissionPage.Login.
func (w *Work) OwnSubmissions(ctx context.Context, by schema.Actor, p SubmissionPage) ([]schema.PublicSubmission, error) {
	m, a, err := w.named(ctx, by, p.Assignment)
	if err != nil {
		return nil, err
	}
	if p.Login, err = w.OwnerOf(ctx, m, a.ID); err != nil {
		return nil, err
	}
	return w.page(ctx, m, a, p)
}

// page lists one page of submissions to a member who may list them. It has fewer than the limit only if
// no more follow.
func (w *Work) page(ctx context.Context, m Member, a Assignment, p SubmissionPage) ([]schema.PublicSubmission, error) {
	after, err := w.after(ctx, a, p)
	if err != nil {
		return nil, err
	}
	owners := m.Viewer().In(a.Name).SeenOwners()
	if p.Login != "" {
		owners = []string{p.Login}
	}
	all, err := w.store.AllSubmissions(ctx, a.ID, owners, after, min(cmp.Or(p.Limit, maxPage), maxPage+1))
	if err != nil {
		return nil, fmt.Errorf("list submissions: %w", err)
	}
	reports := make([]schema.PublicSubmission, 0, len(all))
	for _, s := range all {
		report, err := w.report(ctx, m, s)
		if err != nil {
			return nil, err
		}
		reports = append(reports, report)
	}
	return reports, nil
}

// Report returns the JSON form of a submission that the actor may see. It accepts the same
// names as Submission.
func (w *Work) Report(ctx context.Context, by schema.Actor, name schema.SubmissionName) (schema.PublicSubmission, error) {
	seen, err := w.Submission(ctx, by, name)
	if err != nil {
		return schema.PublicSubmission{}, err
	}
	return w.report(ctx, seen.Member, seen.Submission)
}

// report returns the JSON form of a submission.
func (w *Work) report(ctx context.Context, m Member, s schema.GradedSubmission) (schema.PublicSubmission, error) {
	access := course.OwnedBy(m.Viewer(), s.Name.Owner)
	if !m.Viewer().Staff() { // staff see everything at any time
		var err error
		if access, err = w.Access(ctx, m.Viewer(), s.Assignment, s.Name.Owner); err != nil {
			return schema.PublicSubmission{}, err
		}
	}
	var err error
	report := course.Report(s, access, m.Course.Location())
	report.Late, err = w.lateness(ctx, s, access)
	return report, err
}

// lateness returns how late a submission is and the deduction from the visible score.
func (w *Work) lateness(ctx context.Context, s schema.GradedSubmission, a course.Access) (schema.PublicLate, error) {
	terms, err := w.store.Terms(ctx, s.Assignment, s.Name.Owner, s.ReceivedAt)
	if err != nil {
		return schema.PublicLate{}, fmt.Errorf("read terms: %w", err)
	}
	score, most := schema.Points{}, schema.Points{}
	if s.Result != nil {
		redacted, _ := course.Redact(*s.Result, a)
		score, most = redacted.Score, redacted.MaxScore
	}
	late := terms.Schedule.Judge(s.ReceivedAt, score, most, terms.Tokens)
	return schema.PublicLate{State: late.State, Days: late.Days, Tokens: late.Tokens, Deducted: late.Deducted.Number()}, nil
}

// mayList decides whether a member may list an owner's submissions to an assignment. The owner "" means
// everybody. CodeNotFound: the owner is neither a person nor a team of the assignment.
func (w *Work) mayList(ctx context.Context, m Member, a Assignment, owner string) error {
	if owner != "" && !m.Viewer().Staff() {
		if own, err := w.OwnerOf(ctx, m, a.ID); err != nil || own == owner {
			return err
		}
	}
	if err := course.MayList(m.Viewer().In(a.Name), m.Course.Code, owner); err != nil {
		return err
	}
	if owner == "" {
		return nil
	}
	if team, err := w.Team(ctx, a.ID, owner); err != nil || team != nil {
		return err
	}
	_, err := w.store.UserByLogin(ctx, owner)
	return err
}

// named parses COURSE/ASSIGNMENT and returns the assignment if the actor may see it.
func (w *Work) named(ctx context.Context, by schema.Actor, path string) (Member, Assignment, error) {
	name, err := schema.ParseSubmissionName(path)
	if err != nil || name.Owner != "" || name.Number != 0 {
		return Member{}, Assignment{}, schema.Errorf(schema.CodeInvalid, "%q is not an assignment; use COURSE/ASSIGNMENT", path)
	}
	m, err := w.Member(ctx, by, name.Course)
	if err != nil {
		return m, Assignment{}, err
	}
	a, err := w.Assignment(ctx, m, name.Assignment)
	return m, a, err
}

// after returns the id of the submission that a page begins after, 0 for none. The
// submission must be in the same list, so that the error does not reveal whether others
// exist.
func (w *Work) after(ctx context.Context, a Assignment, p SubmissionPage) (int64, error) {
	if p.After == "" {
		return 0, nil
	}
	name, err := schema.ParseSubmissionName(p.After)
	if err != nil {
		return 0, err
	}
	if name.Course+"/"+name.Assignment != a.Path() || name.Number == 0 || p.Login != "" && name.Owner != p.Login {
		return 0, schema.Errorf(schema.CodeNotFound, "%q is not a submission of this list", p.After)
	}
	sub, err := w.store.Submission(ctx, name)
	return sub.ID, err
}

// Rerun queues a job that grades a submission again with the active version of its tests.
func (w *Work) Rerun(ctx context.Context, by schema.Actor, submission int64) (schema.Job, error) {
	job, err := w.store.Rerun(ctx, by, submission, func(role schema.Role, r course.Rerun) (bool, error) {
		m := Member{Actor: by, Role: role}
		if role == schema.RoleTA {
			var err error
			if m, err = w.Member(ctx, by, r.Name.Course); err != nil {
				return false, err
			}
		}
		access := course.OwnedBy(m.Viewer(), r.Logins...)
		access.Owner.Left = r.Left
		return course.MayRerun(access, r)
	}, w.clock())
	if err == nil {
		w.live.Wake()
	}
	return job, err
}

// waitPoll is the interval at which Wait looks for a future submission.
const waitPoll = 100 * time.Millisecond

// Wait waits until a submission has ended. The submission need not exist yet.
// CodeUnavailable: it did not end in time.
func (w *Work) Wait(ctx context.Context, by schema.Actor, name schema.SubmissionName, timeout time.Duration) error {
	if name.Number < 1 {
		return schema.Errorf(schema.CodeInvalid, "number %d: submissions count from 1", name.Number)
	}
	if _, _, err := w.named(ctx, by, name.Course+"/"+name.Assignment); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, schema.Errorf(schema.CodeUnavailable, "%s has not ended within %s", name, timeout))
	defer cancel()
	for {
		ended, err := w.waitOnce(ctx, by, name)
		switch {
		case ended:
			return nil
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err != nil:
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(waitPoll):
		}
	}
}

// waitOnce looks for the submission once. If its job has not ended, waitOnce watches the job to
// its end.
func (w *Work) waitOnce(ctx context.Context, by schema.Actor, name schema.SubmissionName) (bool, error) {
	seen, err := w.Submission(ctx, by, name)
	job := seen.Submission.Job
	switch {
	case schema.CodeOf(err) == schema.CodeNotFound:
		return false, nil
	case err != nil:
		return false, err
	case job.State.Ended():
		return true, nil
	}
	events, err := w.live.Watch(ctx, job.ID, 0)
	if err != nil {
		return false, err
	}
	for range events { // closed when the job or ctx ends, or when this reader is too slow
		continue
	}
	return false, context.Cause(ctx)
}
