package web

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/web/view"
)

// eventBatch is the number of stored events that are read at once.
const eventBatch = 500

// sight is one submission as one member may see it.
type sight struct {
	member
	Task   task
	Sub    schema.GradedSubmission
	Access course.Access
	Seen   view.Progress // from the events of its latest job

	Failing bool // list only the tests that did not pass
}

// serveSubmission shows one submission.
func (s *submissionPages) serveSubmission(w http.ResponseWriter, r *http.Request, user schema.User) error {
	v, err := s.look(r, user)
	if err != nil {
		return err
	}
	if err := s.takeStored(r.Context(), v, math.MaxInt64); err != nil {
		return err
	}
	shown := s.newReport(r.Context(), v)
	page := view.Submission{
		Frame:  s.newFrame(shown.Title(), &user, view.NewCrumb(v.Course.Code, "/"+v.Course.Code), view.NewCrumb(v.Task.Name, "/"+v.Task.Path())),
		Report: shown,
	}
	page.Refresh, page.Notice = shown.Live, notice(r)
	page.MayRerun = v.mayRerun()
	if page.Comments, err = s.comments(r, v, ""); err != nil {
		return err
	}
	terms, err := s.terms(r.Context(), v.Task, v.Sub.Name.Owner)
	if err != nil {
		return err
	}
	page.MayMark = s.mayMark(v.Task, v.Access, terms, v.Sub.Submission)
	if page.Counting, err = s.counting(r.Context(), v, terms); err != nil {
		return err
	}
	if owner := v.Sub.Name.Owner; owner != user.Login && v.seesOwner() {
		page.Crumbs = append(page.Crumbs, view.NewCrumb(owner, "/"+v.Task.Path()+"/"+owner))
	}
	return s.render(w, http.StatusOK, "submission", page)
}

// seesOwner reports whether the member may also see the rest of the owner's work: the owner's page and
// which submission counts. A former member of a team may see only its submissions from the time of their
// membership.
func (v *sight) seesOwner() bool {
	name := v.Sub.Name
	name.Number = 0
	return course.MaySee(v.Access, name) == nil
}

// counting returns which submission of the owner counts. It returns nil for a submission that is being
// graded, for a try-out, and if the member may not see the rest of the owner's work.
func (s *submissionPages) counting(ctx context.Context, v *sight, terms course.Terms) (*view.Counting, error) {
	if v.Task.Spec == nil || v.Sub.TryOut || !v.Sub.Job.State.Ended() || !v.seesOwner() {
		return nil, nil
	}
	owner := v.Sub.Name.Owner
	grade, counted, err := s.counted(ctx, v.Task, owner, terms)
	if err != nil {
		return nil, err
	}
	standing, err := s.standing(ctx, v.Task, v.member, owner, terms, grade, counted)
	if err != nil {
		return nil, err
	}
	return view.NewCounting("/"+v.Sub.Name.String(), standing, v.Task.Spec.Counts), nil
}

// look returns the submission in the path, if the user may see it.
func (s *submissionPages) look(r *http.Request, user schema.User) (*sight, error) {
	name, err := nameOf(r)
	if err != nil {
		return nil, err
	}
	seen, err := s.Classroom.Work.Submission(r.Context(), s.actor(r, user), name)
	if err != nil {
		return nil, hidden("submission", err)
	}
	return &sight{member: seen.Member, Task: s.newTask(seen.Assignment), Sub: seen.Submission, Access: seen.Access, Failing: r.URL.Query().Get("tests") == "failing"}, nil
}

// nameOf returns the full submission name in the path.
func nameOf(r *http.Request) (schema.SubmissionName, error) {
	name, err := schema.ParseSubmissionName(r.PathValue("course") + "/" + r.PathValue("assignment") + "/" +
		r.PathValue("owner") + "/" + r.PathValue("number"))
	if err != nil || name.Owner == "" || name.Number == 0 {
		return schema.SubmissionName{}, errNowhere()
	}
	return name, nil
}

// takeStored applies the stored events of a job that has not ended, until the viewer has seen told
// events. If the job ends with one of them, it reads the submission again.
func (s *submissionPages) takeStored(ctx context.Context, v *sight, told int64) error {
	v.Seen = view.Progress{State: v.Sub.Job.State}
	if v.Sub.Job.State.Ended() {
		return nil
	}
	for {
		events, err := s.Results.Events(ctx, v.Sub.Job.ID, v.Seen.Seq, eventBatch)
		if err != nil {
			return fmt.Errorf("events: %w", err)
		}
		for _, e := range events {
			if v.Seen.Told >= told {
				return nil
			}
			if e.Seq <= v.Seen.Seq {
				return errors.New("events: the store repeats itself")
			}
			if v.Seen.Take(e, v.Access) == view.ChangeEnded {
				return s.refresh(ctx, v)
			}
		}
		if len(events) < eventBatch {
			return nil
		}
	}
}

// refresh reads a submission and the viewer's access again after its job has ended. If a new job has begun
// since, it starts again without events.
func (s *submissionPages) refresh(ctx context.Context, v *sight) error {
	sub, err := s.Results.Submission(ctx, v.Sub.Name)
	if err != nil {
		return fmt.Errorf("submission: %w", err)
	}
	if sub.Job.ID != v.Sub.Job.ID {
		v.Seen = view.Progress{State: sub.Job.State}
	}
	v.Sub = sub
	v.Access, err = s.Classroom.Work.Access(ctx, v.Viewer(), sub.Assignment, sub.Name.Owner)
	return err
}

// newReport returns the report of a submission for a member.
func (s *submissionPages) newReport(ctx context.Context, v *sight) view.Report {
	subject := s.subject(v)
	var err error
	if subject.Terms, err = s.Results.Terms(ctx, v.Sub.Assignment, v.Sub.Name.Owner, v.Sub.ReceivedAt); err != nil {
		s.log.Error("terms cannot be read", "submission", v.Sub.Name.String(), "error", err)
	}
	if !v.Sub.Job.State.Ended() {
		subject.Total = s.expectedTests(ctx, v)
	} else {
		subject.Sources = s.sources(ctx, v)
	}
	return view.NewReport(subject)
}

// subject returns the member's view of a submission, without the parts that need the store.
func (s *submissionPages) subject(v *sight) *view.Subject {
	return &view.Subject{
		Submission: v.Sub, Access: v.Access, Title: v.Task.Title(), Zone: v.Course.Location(), Dated: v.Task.Spec != nil,
		Seen: v.Seen, Place: s.place(v), Failing: v.Failing,
	}
}

// place asks the scheduler for the place of a waiting job.
func (s *submissionPages) place(v *sight) schema.Place {
	if v.Seen.State != schema.StateQueued {
		return schema.Place{}
	}
	return s.Live.Place(v.Sub.Job.ID)
}
