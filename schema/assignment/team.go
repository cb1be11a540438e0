package assignment

import "time"

// Team holds an assignment's rules for work in teams.
type Team struct {
	Max      int // maximum number of members
	FormedBy TeamFormer
	Lock     time.Time // the first instant at which students can no longer change teams, after the named minute; zero: due
	LockText string    // as written: "2026-09-20 23:59"
}

// TeamFormer says who forms the teams of an assignment.
type TeamFormer string

// The choices of team.formed_by.
const (
	FormedByStudents TeamFormer = "students" // and by staff
	FormedByStaff    TeamFormer = "staff"
)

// maxTeam is the highest value of team.max.
const maxTeam = 100

// LockedAt returns the first instant at which students can no longer change the assignment's teams;
// zero: never.
func (s *Spec) LockedAt() time.Time {
	if s.Team != nil && !s.Team.Lock.IsZero() {
		return s.Team.Lock
	}
	return s.Due
}

// team reads {max: 3, formed_by: students, lock: 2026-09-20 23:59}.
func (r *reading) team() {
	n := r.root.get("team")
	if n == nil {
		return
	}
	const example = "{max: 3}"
	o := r.object(n, "team", "max", "formed_by", "lock")
	if n.kind != kindMapping {
		return
	}
	t := &Team{FormedBy: FormedByStudents}
	r.spec.Team = t
	if v := o.get("max"); v != nil {
		t.Max, _ = r.integer(v, "max", 1, maxTeam)
	} else {
		r.fail(n, "team needs max, the most members that a team has; write %s", example)
	}
	if v := o.get("formed_by"); v != nil {
		word, _ := r.choice(v, "formed_by", string(FormedByStudents), string(FormedByStaff))
		t.FormedBy = TeamFormer(word)
	}
	if v := o.get("lock"); v != nil {
		r.teamLock(t, v)
	}
}

func (r *reading) teamLock(t *Team, n *node) {
	lock, ok := r.minute(n, "lock", r.zone())
	if !ok {
		return
	}
	t.Lock, t.LockText = lock.Add(minuteLength), n.text
	if !r.spec.Release.Before(t.Lock) {
		r.fail(n, "lock %s is before release %s; students could never form a team", n.text, r.root.get("release").text)
	}
}
