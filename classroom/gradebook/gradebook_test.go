package gradebook_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/unicode"

	"github.com/grader/grader/classroom/gradebook"
	"github.com/grader/grader/classroom/roster"
	"github.com/grader/grader/schema"
)

// book returns a gradebook: Ada has grades for both assignments, Bob has a grade of 0, and Eve has
// none.
func book() gradebook.Book {
	final := func(num, den int64) gradebook.Grade { return gradebook.Grade{Final: schema.NewPoints(num, den)} }
	return gradebook.Book{
		Assignments: []gradebook.Assignment{
			{Name: "a1", Title: "A1", MaxScore: schema.NewPoints(20, 1)},
			{Name: "a2", Title: "Rings, and more", MaxScore: schema.NewPoints(30, 1)},
		},
		People: []gradebook.Person{
			{Login: "ang", StudentID: "0012345", Name: "Ada Ng", Email: "ang@uni.example", Section: "Lab 2",
				Grades: map[string]gradebook.Grade{"a1": final(35, 2), "a2": {Final: schema.NewPoints(50, 3), Note: "=1 off"}}},
			{Login: "bob", StudentID: "0012346", Name: "=Bob", Email: "bob@uni.example", Grades: map[string]gradebook.Grade{"a1": final(0, 1)}},
			{Login: "eve", StudentID: "0012347", Name: "Eve", Email: "eve@uni.example"},
		},
	}
}

func TestWriteEveryFormat(t *testing.T) {
	t.Parallel()
	for format, want := range map[gradebook.Format]string{
		gradebook.Brightspace: "OrgDefinedId,A1 Points Grade <Numeric MaxPoints:20>,Rings  and more Points Grade <Numeric MaxPoints:30>,End-of-Line Indicator\r\n#0012345,17.5,16.67,#\r\n#0012346,0,,#\r\n#0012347,,,#\r\n",
		gradebook.Canvas:      "Student,ID,SIS User ID,SIS Login ID,Section,A1,\"Rings, and more\"\r\n\"    Points Possible\",,,,,20,30\r\n\"Ng, Ada\",,0012345,ang,Lab 2,17.5,16.67\r\n'=Bob,,0012346,bob,,0,\r\nEve,,0012347,eve,,,\r\n",
		gradebook.Moodle:      "ID number,Email address,A1,A1 feedback,\"Rings, and more\",\"Rings, and more feedback\"\r\n0012345,ang@uni.example,17.5,,16.67,'=1 off\r\n0012346,bob@uni.example,0,,,\r\n0012347,eve@uni.example,,,,\r\n",
		gradebook.Blackboard:  "\"Username\",\"A1 [Total Pts: 20 Score]\",\"Rings, and more [Total Pts: 30 Score]\"\r\n\"ang\",\"17.5\",\"16.67\"\r\n\"bob\",\"0\",\"\"\r\n\"eve\",\"\",\"\"\r\n",
		gradebook.CSV:         "login,student_id,name,email,section,a1,a2\r\nang,0012345,Ada Ng,ang@uni.example,Lab 2,17.5,16.67\r\nbob,0012346,'=Bob,bob@uni.example,,0,\r\neve,0012347,Eve,eve@uni.example,,,\r\n",
	} {
		got, _, err := gradebook.Write(format, book())
		if err != nil {
			t.Errorf("%s: %v", format, err)
		}
		if diff := cmp.Diff(want, string(got)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", format, diff)
		}
		if parsed, err := gradebook.ParseFormat(string(format)); err != nil || parsed != format {
			t.Errorf("format %q is read as %q: %v", format, parsed, err)
		}
	}
}

// TestMoodleNamesUnknownPeople checks that an export for Moodle names those whom Moodle cannot find.
func TestMoodleNamesUnknownPeople(t *testing.T) {
	t.Parallel()
	b := book()
	if _, notes, err := gradebook.Write(gradebook.Moodle, b); err != nil || len(notes) != 0 {
		t.Errorf("%q, %v", notes, err)
	}
	b.People[0].StudentID, b.People[1].Email = "", ""
	for _, login := range []string{"kim", "jo", "u3", "u4", "u5", "u6", "u7"} {
		b.People = append(b.People, gradebook.Person{Login: login})
	}
	_, notes, err := gradebook.Write(gradebook.Moodle, b)
	want := []string{"Moodle finds people by ID number or e-mail address, and these have neither: kim, jo, u3, u4, u5 and 2 more; import them with roster import"}
	if diff := cmp.Diff(want, notes); diff != "" || err != nil {
		t.Errorf("(-want +got)\n%s%v", diff, err)
	}
}

func TestIgnoredCanvasTitlesAreRefused(t *testing.T) {
	t.Parallel()
	b := book()
	b.Assignments[0].Title = "Final Grade project"
	if _, _, err := gradebook.Write(gradebook.Canvas, b); !strings.Contains(schema.MessageOf(err), `Canvas drops columns whose title holds "Final Grade", as that of a1 does`) {
		t.Error(err)
	}
}

// TestFillKeepsTheFile fills grades into the export of each platform. Everything else stays unchanged.
func TestFillKeepsTheFile(t *testing.T) {
	t.Parallel()
	utf16, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String("\"Last Name\"\t\"First Name\"\t\"Username\"\t\"Student ID\"\t\"A1 [Total Pts: 20 Score] |118854\"\n\"Ng\"\t\"Zoë\"\t\"ang\"\t\"0012345\"\t\"\"\n")
	if err != nil {
		t.Fatal(err)
	}
	filled16 := strings.Replace(utf16, "5\x00\"\x00\t\x00\"\x00\"\x00", "5\x00\"\x00\t\x00\"\x001\x007\x00.\x005\x00\"\x00", 1)
	for name, c := range map[string]struct {
		in, want string
		cells    int
		columns  map[string]string
	}{
		"Brightspace": {
			"\xEF\xBB\xBFOrgDefinedId,Username,Last Name,First Name,A1 Points Grade <Numeric MaxPoints:20 Category:Labs>,End-of-Line Indicator\r\n#0012346,#bob,B,Bob,,#\r\n#0012347,#eve,E,Eve,3,#\r\n#0012345,#ang,Ng,Ada,,#\r\n",
			"\xEF\xBB\xBFOrgDefinedId,Username,Last Name,First Name,A1 Points Grade <Numeric MaxPoints:20 Category:Labs>,End-of-Line Indicator\r\n#0012346,#bob,B,Bob,0,#\r\n#0012347,#eve,E,Eve,3,#\r\n#0012345,#ang,Ng,Ada,17.5,#\r\n", 2, nil},
		"Canvas": {
			"Student;ID;SIS User ID;SIS Login ID;Section;A1 (9001)\r\n\"    Points Possible\";;;;;20\r\n\"Ng, Ada\";10442;0012345;ang;Lab 2;7,50\r\n\"Student, Test\";99;;abc;Lab 2;\r\n",
			"Student;ID;SIS User ID;SIS Login ID;Section;A1 (9001)\r\n\"    Points Possible\";;;;;20\r\nNg, Ada;10442;0012345;ang;Lab 2;17.5\r\nStudent, Test;99;;abc;Lab 2;\r\n", 1, nil},
		"Moodle's worksheet": {
			"Identifier,\"Full name\",\"Email address\",Status,Group,Grade,\"Maximum Grade\",\"Grade can be changed\",\"Last modified (grade)\"\nParticipant 4711,Ada Ng,ang@uni.example,,,,20.00,Yes,-\n",
			"Identifier,Full name,Email address,Status,Group,Grade,Maximum Grade,Grade can be changed,Last modified (grade)\nParticipant 4711,Ada Ng,ang@uni.example,,,17.5,20.00,Yes,-\n", 1, nil},
		"Blackboard in UTF-16": {utf16, filled16, 1, nil},
		"a column that is named": {
			"login,Übung\nang,\n", "login,Übung\nang,17.5\n", 1, map[string]string{"a1": "Übung"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := book()
			b.Assignments = b.Assignments[:1]
			f, err := gradebook.Fill([]byte(c.in), b, c.columns)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, string(f.Data)); diff != "" || f.Cells != c.cells {
				t.Errorf("%d cells (-want +got)\n%s", f.Cells, diff)
			}
		})
	}
}

func TestFillReportsWhoIsMissing(t *testing.T) {
	t.Parallel()
	b := book()
	b.Assignments = b.Assignments[:1]
	f, err := gradebook.Fill([]byte("login,a1\nang,\nzoe,\nno one,\n"), b, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []roster.Refusal{
		{Line: 4, Reason: `login "no one": use 1 to 40 of a-z 0-9 . _ - starting with a letter or digit, without ".."`},
		{Line: 3, Reason: "nobody in the course is zoe"},
	}
	if diff := cmp.Diff(want, f.Unknown); diff != "" {
		t.Errorf("unknown (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]string{"bob"}, f.Absent); diff != "" {
		t.Errorf("absent (-want +got)\n%s", diff)
	}
}

func TestFillRefusesUnknownColumns(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		in      string
		columns map[string]string
		want    string
	}{
		"none":               {"login,Labor\nang,\n", nil, `the file has no column for a1; say which it is, as in --column a1="Labor"; it has login, Labor`},
		"two":                {"login,A1 (7),a1\nang,,\n", nil, `the file has several columns for a1; say which it is, as in --column a1="A1 (7)"`},
		"not the named one":  {"login,a1\nang,\n", map[string]string{"a1": "A1"}, `the file has no column "A1"; it has login, a1`},
		"no way to find who": {"Name,a1\nAda,\n", nil, "line 1 names no column with an id, a login or an e-mail address; it has Name, a1: say which they are, as in --column login=Name"},
	} {
		b := book()
		b.Assignments = b.Assignments[:1]
		if _, err := gradebook.Fill([]byte(c.in), b, c.columns); schema.MessageOf(err) != c.want {
			t.Errorf("%s: %q, want %q", name, schema.MessageOf(err), c.want)
		}
	}
	// The advice works.
	b := book()
	b.Assignments = b.Assignments[:1]
	if f, err := gradebook.Fill([]byte("login,Labor\nang,\n"), b, map[string]string{"a1": "Labor"}); err != nil || f.Cells != 1 {
		t.Errorf("%+v, %v", f, err)
	}
}
