package course_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// teams returns the teams of comp2402/a1: blue with alice and bob, which has invited carol, and red
// with dan, who has pushed. Five more students are in no team; gus was dropped.
func teams() course.Teams {
	toronto, err := time.LoadLocation("America/Toronto")
	if err != nil {
		panic(err)
	}
	lock := time.Date(2026, 9, 20, 23, 59, 0, 0, toronto).Add(time.Minute)
	t := course.Teams{
		Course: "comp2402", Assignment: "a1", Rules: &assignment.Team{Max: 3, FormedBy: assignment.FormedByStudents}, Lock: lock, Zone: toronto, Now: lock.Add(-time.Hour),
		Teams: []schema.Team{
			{Name: "blue", Members: []string{"alice", "bob"}, Invited: []string{"carol"}},
			{Name: "red", Members: []string{"dan"}, Submissions: 2},
		},
		Alone: map[string]int{"carol": 3, "eve": 1},
	}
	for _, login := range []string{"alice", "bob", "carol", "dan", "eve", "fay", "gus", "hal"} {
		t.People = append(t.People, schema.RosterPerson{
			UserID: int64(len(t.People) + 1), Login: login, StudentID: "00" + login, Email: login + "@uni.example",
			Enrolled: true, Role: schema.RoleStudent, Dropped: login == "gus",
		})
	}
	t.People = append(t.People, schema.RosterPerson{Login: "tina", Enrolled: true, Role: schema.RoleTA}, schema.RosterPerson{Login: "zoe"})
	return t
}

func studentNamed(login string) course.Viewer {
	return course.Viewer{Login: login, Role: schema.RoleStudent}
}

// said formats changes, one per line.
func said(changes []schema.TeamChange) string {
	var lines []string
	for _, c := range changes {
		line := string(c.Kind) + " " + c.Team
		if c.Login != "" {
			line += " " + c.Login
		}
		if c.What != "" {
			line += ": " + c.What
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// TestTeamActions compares each action with its expected changes or error.
func TestTeamActions(t *testing.T) {
	t.Parallel()
	staff, ta := course.Viewer{Login: "ida", Role: schema.RoleInstructor}, course.Viewer{Login: "tina", Role: schema.RoleTA}
	type action = func(course.Teams) ([]schema.TeamChange, error)
	found := func(login, name string) action {
		return func(t course.Teams) ([]schema.TeamChange, error) { return t.Found(studentNamed(login), name) }
	}
	invite := func(login, whom string) action {
		return func(t course.Teams) ([]schema.TeamChange, error) { return t.Invite(studentNamed(login), whom) }
	}
	accept := func(login, name string) action {
		return func(t course.Teams) ([]schema.TeamChange, error) { return t.Accept(studentNamed(login), name) }
	}
	leave := func(login string) action {
		return func(t course.Teams) ([]schema.TeamChange, error) { return t.Leave(studentNamed(login)) }
	}
	create := func(v course.Viewer, name string, logins ...string) action {
		return func(t course.Teams) ([]schema.TeamChange, error) { return t.Create(v, name, logins) }
	}
	add := func(name string, logins ...string) action {
		return func(t course.Teams) ([]schema.TeamChange, error) { return t.Add(staff, name, logins) }
	}
	remove := func(name, login string) action {
		return func(t course.Teams) ([]schema.TeamChange, error) { return t.Remove(staff, name, login) }
	}
	remake := func(change func(*course.Teams), do action) action {
		return func(t course.Teams) ([]schema.TeamChange, error) {
			change(&t)
			return do(t)
		}
	}
	byStaff := func(t *course.Teams) { t.Rules.FormedBy = assignment.FormedByStaff }
	locked := func(t *course.Teams) { t.Now = t.Lock }
	full := func(t *course.Teams) { t.Rules.Max = 2 }
	none := func(t *course.Teams) { t.Rules = nil }
	for name, c := range map[string]struct {
		do   action
		code schema.Code
		want string
	}{
		"found a team":                   {found("fay", "green"), "", "created green\njoined green fay"},
		"found one after own pushes":     {found("eve", "green"), "", "created green\njoined green eve: the submission that eve made alone does not count while in the team"},
		"found one while invited":        {found("carol", "green"), "", "created green\njoined green carol: the 3 submissions that carol made alone do not count while in the team\nuninvited blue carol"},
		"found a second one":             {found("alice", "green"), schema.CodeConflict, "you are in team blue; leave it first: team leave comp2402/a1"},
		"found one that is there":        {found("fay", "red"), schema.CodeConflict, "comp2402/a1 has a team red already; choose another name"},
		"found one named like a student": {found("fay", "hal"), schema.CodeConflict, "hal is somebody's login, and teams and logins share their names; choose another name for the team, such as team-hal"},
		"found one named like oneself":   {found("fay", "fay"), schema.CodeConflict, "fay is somebody's login, and teams and logins share their names; choose another name for the team, such as team-fay"},
		"found one named like a stranger": {found("fay", "zoe"), schema.CodeConflict,
			"zoe is somebody's login, and teams and logins share their names; choose another name for the team, such as team-zoe"},
		"found one with a number for a name": {found("fay", "7"), schema.CodeInvalid, `team "7": use at least one letter, such as team-7; a number alone names a submission`},
		"found one with blanks in its name": {found("fay", "Team 4"), schema.CodeInvalid,
			`team "Team 4": use 1 to 40 of a-z 0-9 . _ - starting with a letter or digit, without ".."; write team-4`},
		"found one with a reserved name": {found("fay", "tests"), schema.CodeInvalid, `team "tests" is reserved; choose another`},
		"found one where staff do":       {remake(byStaff, found("fay", "green")), schema.CodeRefused, "the staff of comp2402 form the teams of comp2402/a1; ask them"},
		"found one after the lock":       {remake(locked, found("fay", "green")), schema.CodeRefused, "the teams of comp2402/a1 are locked since 2026-09-20 23:59; ask the staff of your course to change them"},
		"found one where there are none": {remake(none, found("fay", "green")), schema.CodeRefused, "comp2402/a1 has no teams; its instructors can allow them: team: {max: 3} in assignment.yaml"},
		"a TA founds one":                {func(t course.Teams) ([]schema.TeamChange, error) { return t.Found(ta, "green") }, schema.CodeForbidden, "only students form teams of their own; staff use: team create|add|remove|delete comp2402/a1 TEAM LOGIN"},
		"a stranger founds one": {func(t course.Teams) ([]schema.TeamChange, error) {
			return t.Found(course.Viewer{Login: "zoe"}, "green")
		}, schema.CodeNotFound, "comp2402 is unknown, or you are not enrolled; ask its staff to enrol you"},

		"invite":                        {invite("dan", "eve"), "", "invited red eve"},
		"invite again":                  {invite("alice", "carol"), "", "unchanged blue carol: was invited before"},
		"invite into a full team":       {invite("alice", "eve"), schema.CodeLimit, "team blue is full: alice, bob, and carol invited; at most 3 are allowed. To take an invitation back: team uninvite comp2402/a1 carol"},
		"invite into a team of two":     {remake(func(t *course.Teams) { full(t); t.Teams[0].Invited = nil }, invite("alice", "eve")), schema.CodeLimit, "team blue is full: alice, bob; at most 2 are allowed"},
		"invite past a dropped member":  {remake(func(t *course.Teams) { full(t); t.Teams[0].Invited, t.Teams[0].Absent = nil, []string{"bob"} }, invite("alice", "eve")), "", "invited blue eve"},
		"invite without a team":         {invite("eve", "fay"), schema.CodeRefused, "you are in no team yet; make one first: team create comp2402/a1 NAME"},
		"invite somebody in a team":     {invite("dan", "bob"), schema.CodeConflict, "bob is in team blue of comp2402/a1; nobody is in two teams. They can leave it, or staff can take them out: team remove comp2402/a1 blue bob"},
		"invite a member":               {invite("alice", "bob"), schema.CodeConflict, "bob is in team blue already"},
		"invite oneself":                {invite("dan", "dan"), schema.CodeConflict, "dan is in team red already"},
		"invite a TA":                   {invite("dan", "tina"), schema.CodeNotFound, "tina is not a student of comp2402"},
		"invite somebody dropped":       {invite("dan", "gus"), schema.CodeNotFound, "gus is not a student of comp2402"},
		"invite somebody of elsewhere":  {invite("dan", "zoe"), schema.CodeNotFound, "zoe is not a student of comp2402"},
		"invite nobody that there is":   {invite("dan", "nobody"), schema.CodeNotFound, "nobody is not a student of comp2402"},
		"invite after the lock":         {remake(locked, invite("dan", "eve")), schema.CodeRefused, "the teams of comp2402/a1 are locked since 2026-09-20 23:59; ask the staff of your course to change them"},
		"take an invitation back":       {func(t course.Teams) ([]schema.TeamChange, error) { return t.Uninvite(studentNamed("bob"), "carol") }, "", "uninvited blue carol"},
		"take back one of another team": {func(t course.Teams) ([]schema.TeamChange, error) { return t.Uninvite(studentNamed("dan"), "carol") }, schema.CodeNotFound, "carol is not invited to a team of yours; see: team show comp2402/a1"},

		"accept the only invitation":  {accept("carol", ""), "", "joined blue carol: the 3 submissions that carol made alone do not count while in the team\nuninvited blue carol"},
		"accept by name":              {accept("carol", "blue"), "", "joined blue carol: the 3 submissions that carol made alone do not count while in the team\nuninvited blue carol"},
		"accept none":                 {accept("eve", ""), schema.CodeNotFound, "no team of comp2402/a1 has invited you; ask a member of one for: team invite comp2402/a1 eve"},
		"accept another team":         {accept("carol", "red"), schema.CodeNotFound, "team red of comp2402/a1 has not invited you, or is not there; ask a member of it for: team invite comp2402/a1 carol"},
		"accept one of two":           {remake(func(t *course.Teams) { t.Teams[1].Invited = []string{"carol"} }, accept("carol", "")), schema.CodeInvalid, "the teams blue, red have invited you; say which, as in: team accept comp2402/a1 blue"},
		"accept in a team":            {remake(func(t *course.Teams) { t.Teams[0].Invited = []string{"dan"} }, accept("dan", "blue")), schema.CodeConflict, "you are in team red; leave it first: team leave comp2402/a1"},
		"accept what staff filled up": {remake(full, accept("carol", "")), schema.CodeLimit, "team blue would have 3 members, and at most 2 are allowed (team: {max: 2} in assignment.yaml)"},
		"accept after the lock":       {remake(locked, accept("carol", "")), schema.CodeRefused, "the teams of comp2402/a1 are locked since 2026-09-20 23:59; ask the staff of your course to change them"},
		"decline":                     {func(t course.Teams) ([]schema.TeamChange, error) { return t.Decline(studentNamed("carol"), "") }, "", "uninvited blue carol"},
		"leave":                       {leave("alice"), "", "left blue alice"},
		"leave last after pushes":     {leave("dan"), "", "left red dan: what counted for dan stays as it is"},
		"leave last before any push":  {remake(func(t *course.Teams) { t.Teams[1].Submissions = 0 }, leave("dan")), "", "left red dan\ndeleted red"},
		"leave no team":               {leave("eve"), schema.CodeNotFound, "you are in no team of comp2402/a1"},
		"leave after the lock":        {remake(locked, leave("alice")), schema.CodeRefused, "the teams of comp2402/a1 are locked since 2026-09-20 23:59; ask the staff of your course to change them"},

		"staff create":                  {create(staff, "green", "eve", "fay"), "", "created green\njoined green eve: the submission that eve made alone does not count while in the team\njoined green fay"},
		"staff create a team of one":    {create(staff, "green", "fay"), "", "created green\njoined green fay"},
		"staff create an empty team":    {create(staff, "green"), "", "created green"},
		"staff create after the lock":   {remake(locked, create(staff, "green", "fay")), "", "created green\njoined green fay"},
		"staff create too large a team": {remake(full, create(staff, "green", "eve", "fay", "hal")), schema.CodeLimit, "team green would have 3 members, and at most 2 are allowed (team: {max: 2} in assignment.yaml)"},
		"staff name somebody twice":     {create(staff, "green", "fay", "fay"), schema.CodeInvalid, "fay is named twice"},
		"staff take from another team":  {create(staff, "green", "bob"), schema.CodeConflict, "bob is in team blue of comp2402/a1; nobody is in two teams. They can leave it, or staff can take them out: team remove comp2402/a1 blue bob"},
		"a TA creates":                  {create(ta, "green", "fay"), schema.CodeForbidden, "only instructors of comp2402 change the teams of others"},
		"a student creates for others":  {create(studentNamed("fay"), "green", "eve"), schema.CodeForbidden, "only instructors of comp2402 change the teams of others"},
		"staff create where none are":   {remake(none, create(staff, "green")), schema.CodeRefused, "comp2402/a1 has no teams; its instructors can allow them: team: {max: 3} in assignment.yaml"},
		"add":                           {add("red", "hal"), "", "joined red hal"},
		"add to nothing":                {add("green", "hal"), schema.CodeNotFound, "comp2402/a1 has no team green; see: team list comp2402/a1"},
		"add nobody":                    {add("red"), schema.CodeInvalid, "name the students that join team red"},
		"remove":                        {remove("blue", "bob"), "", "left blue bob"},
		"remove a stranger":             {remove("blue", "dan"), schema.CodeNotFound, "dan is not in team blue of comp2402/a1: alice, bob"},
		"delete":                        {func(t course.Teams) ([]schema.TeamChange, error) { return t.Delete(staff, "blue") }, "", "left blue alice\nleft blue bob\ndeleted blue"},
		"delete one with submissions": {func(t course.Teams) ([]schema.TeamChange, error) { return t.Delete(staff, "red") }, schema.CodeRefused,
			"team red has 2 submissions; a team can be deleted only before its first one. To take its members out: team remove comp2402/a1 red LOGIN"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			changes, err := c.do(teams())
			got := said(changes)
			if err != nil {
				got = schema.MessageOf(err)
			}
			if schema.CodeOf(err) != c.code || got != c.want {
				t.Errorf("code %q (want %q)\n%s", schema.CodeOf(err), c.code, cmp.Diff(c.want, got))
			}
		})
	}
}

func TestTeamImportRefusesLines(t *testing.T) {
	t.Parallel()
	rows := []schema.TeamRow{
		{Line: 2, Team: "blue", Login: "alice"},
		{Line: 3, Team: "blue", StudentID: "00carol"},
		{Line: 4, Team: "green", Email: "EVE@uni.example"},
		{Line: 5, Team: "green", Login: "fay"},
		{Line: 6, Team: "green", Login: "dan"},
		{Line: 7, Team: "white", Login: "fay"},
		{Line: 8, Team: "Team 4", Login: "hal"},
		{Line: 9, Team: "bob", Login: "hal"},
		{Line: 10, Team: "blue", Login: "gus"},
		{Line: 11, Team: "blue", Login: "hal"},
	}
	teams := teams()
	changes, err := teams.Import(course.Viewer{Admin: true}, rows)
	if err != nil {
		t.Fatal(err)
	}
	want := []schema.TeamChange{
		{Kind: schema.TeamUnchanged, Line: 2, Team: "blue", Login: "alice"},
		{Kind: schema.TeamJoined, Line: 3, Team: "blue", Login: "carol", What: "the 3 submissions that carol made alone do not count while in the team"},
		{Kind: schema.TeamUninvited, Line: 3, Team: "blue", Login: "carol"},
		{Kind: schema.TeamCreated, Line: 4, Team: "green"},
		{Kind: schema.TeamJoined, Line: 4, Team: "green", Login: "eve", What: "the submission that eve made alone does not count while in the team"},
		{Kind: schema.TeamJoined, Line: 5, Team: "green", Login: "fay"},
		{Kind: schema.TeamRefused, Line: 6, Team: "green", Login: "dan", What: "dan is in team red of comp2402/a1; nobody is in two teams. They can leave it, or staff can take them out: team remove comp2402/a1 red dan"},
		{Kind: schema.TeamRefused, Line: 7, Team: "white", Login: "fay", What: "fay stands in line 5 already; nobody is in two teams"},
		{Kind: schema.TeamRefused, Line: 8, Team: "Team 4", Login: "hal", What: `team "Team 4": use 1 to 40 of a-z 0-9 . _ - starting with a letter or digit, without ".."; write team-4`},
		{Kind: schema.TeamRefused, Line: 9, Team: "bob", Login: "hal", What: "bob is somebody's login, and teams and logins share their names; choose another name for the team, such as team-bob"},
		{Kind: schema.TeamRefused, Line: 10, Team: "blue", Login: "", What: "gus is not a student of comp2402; enrol them first"},
		{Kind: schema.TeamRefused, Line: 11, Team: "blue", Login: "hal", What: "team blue would have 4 members, and at most 3 are allowed (team: {max: 3} in assignment.yaml)"},
	}
	want[10].Login = "gus"
	if diff := cmp.Diff(want, changes); diff != "" {
		t.Errorf("changes (-want +got)\n%s", diff)
	}
	if len(teams.Teams) != 2 || len(teams.Teams[0].Members) != 2 {
		t.Errorf("the facts were changed: %+v", teams.Teams)
	}
}

func TestRosterRefusesNamesOfTeams(t *testing.T) {
	t.Parallel()
	changes := course.RefuseTeamNames([]schema.RosterChange{{Kind: schema.RosterAdded, Login: "blue"}, {Kind: schema.RosterAdded, Login: "eve"}, {Kind: schema.RosterChanged, Login: "blue"}},
		[]string{"blue"}, "comp2402")
	if changes[0].Kind != schema.RosterRefused || changes[0].What != "blue is the name of a team of comp2402, and teams and logins share their names; give this person another login, or delete the team" {
		t.Errorf("%+v", changes[0])
	}
	if changes[1].Kind != schema.RosterAdded || changes[2].Kind != schema.RosterChanged {
		t.Errorf("%+v", changes)
	}
}
