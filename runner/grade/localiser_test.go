package grade

import (
	"strings"
	"testing"
)

// Directories as the wall creates them.
const (
	testWork    = "/run/wall/00000000000000000000000000003f9a/work"
	testNeeds   = "/run/wall/000000000000000000000000000077c0/work"
	testReports = "/run/wall/0000000000000000000000000000aaaa/work"
)

func testLocaliser() localiser {
	p := &place{work: testWork, tmp: strings.TrimSuffix(testWork, "work") + "tmp"}
	return p.localiser(variables{"NEEDS": testNeeds, "REPORTS": testReports, "ARTEFACTS": "/run/wall/000000000000000000000000000051d2/work"})
}

func TestLocaliserKnowsEncodedPaths(t *testing.T) {
	t.Parallel()
	const secret = "000000000000000000000000000077c0"
	for text, want := range map[string]string{
		// pytest's classes: the path from the directory that holds all, or from the root
		secret + ".work.test_a.TestX":                     "$NEEDS.test_a.TestX",
		"run.wall." + secret + ".work.units.test_a":       "$NEEDS.units.test_a",
		"wall." + secret + ".work.test_a":                 "$NEEDS.test_a",
		"......" + secret + ".work.test_a":                "$NEEDS.test_a",
		"units.run.wall." + secret + ".work.test_a":       "units.$NEEDS.test_a",
		"a " + secret + ".work.x and " + secret + ".work": "a $NEEDS.x and $NEEDS",
		// paths from other directories
		"wall/" + secret + "/work/list.test.js":     "$NEEDS/list.test.js",
		"../" + secret + "/work/list.test.js":       "$NEEDS/list.test.js",
		"../../../" + secret + "/work/a.py":         "$NEEDS/a.py",
		"file://" + testNeeds + "/list.test.js":     "$NEEDS/list.test.js",
		"file://" + testWork + "/list.js":           "list.js",
		"file:///run/wall/" + secret + "/work/":     "$NEEDS/",
		`\run\wall\` + secret + `\work\test_a`:      `$NEEDS\test_a`,
		`C:\\run\\wall\\` + secret + `\\work\\a`:    `C:$NEEDS\\a`,
		"%2Frun%2Fwall%2F" + secret + "%2Fwork%2Fa": "$NEEDS%2Fa",
		"%2frun%2fwall%2f" + secret + "%2fwork":     "$NEEDS",
		// names that are made of paths
		"Cases/Reads/_run_wall_" + secret + "_work_a_txt":             "Cases/Reads/$NEEDS_a_txt",
		"RUN_WALL_" + strings.ToUpper(secret) + "_WORK_A_H":           "$NEEDS_A_H",
		"run-wall-" + secret + "-work-a":                              "$NEEDS-a",
		"run::wall::" + secret + "::work::a":                          "$NEEDS::a",
		"00000000000000000000000000003f9a.work.tests.test_b":          "tests.test_b",
		"run_wall_00000000000000000000000000003f9a_tmp_pytest_0":      "$TMPDIR_pytest_0",
		"run.wall.000000000000000000000000000051d2.work.ring.Ring":    "ring.Ring",
		"größe." + secret + ".work.test_ü":                            "größe.$NEEDS.test_ü",
		"00000000000000000000000000003f9a.work." + secret + ".work.a": "$NEEDS.a",
		// other paths stay
		"00000000000000000000000000000bad.work.test_a": "00000000000000000000000000000bad.work.test_a",
		secret:                   secret,
		secret + ".other.test_a": secret + ".other.test_a",
		secret + ".workshop":     secret + ".workshop",
		secret + ".work/ünder":   "$NEEDS/ünder",
		"tests.work.test_a":      "tests.work.test_a",
	} {
		if got := testLocaliser().rewrite(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func FuzzLocaliser(f *testing.F) {
	for _, seed := range []string{"000000000000000000000000000077c0.work.a", "x_run_wall_00000000000000000000000000003f9a_tmp", "../000000000000000000000000000077c0/work/", testNeeds, "file://" + testWork, "000000000000000000000000000077C0::work", testWork + "I"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := testLocaliser().rewrite(text)
		for _, path := range []string{testWork, testNeeds, testReports} {
			for _, behind := range strings.Split(lowerASCII(got), path)[1:] {
				if behind == "" || !isWordByte(behind[0]) { // otherwise it is a longer name
					t.Errorf("%q keeps a path: %q", text, got)
				}
			}
		}
		if len(got) > 2*len(text)+16 {
			t.Errorf("%q grew to %q", text, got)
		}
	})
}

// TestLocaliserOfInvalidUTF8 checks that bytes before a path that are not UTF-8, which a program
// can print, do not prevent its replacement.
func TestLocaliserOfInvalidUTF8(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"\xff00000000000000000000000000003f9a_tmp":      "\xff$TMPDIR",
		"\xff\xfe in " + testWork + "/a.c: \xe9 Ä":      "\xff\xfe in a.c: \xe9 Ä",
		"\xc3 " + testNeeds + "/\xff.c and " + testWork: "\xc3 $NEEDS/\xff.c and .",
	} {
		if got := testLocaliser().rewrite(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// TestLocaliserOfOtherSteps checks the paths of a build, which debugging information repeats in the
// messages of later steps.
func TestLocaliserOfOtherSteps(t *testing.T) {
	t.Parallel()
	const build = "/run/wall/0123456789abcdef0123456789abcdef"
	for text, want := range map[string]string{
		build + "/work/ring.c:34: multiple definition of `main'":                "ring.c:34: multiple definition of `main'",
		"#1 0x5 in push " + build + "/work/src/ring.c:7\n#2 " + build + "/work": "#1 0x5 in push src/ring.c:7\n#2 .",
		"(" + build + "/tmp/cc1.o) and " + testNeeds + "/a.c":                   "($TMPDIR/cc1.o) and $NEEDS/a.c",
		"file://" + build + "/work/a.js and file://" + build + "/work/b.js":     "a.js and b.js",
		"\xff" + build + "/work/\xe9.c":                                         "\xff\xe9.c",
		// other paths stay
		build + "/workshop/a.c": build + "/workshop/a.c",
		build + "/other/a.c":    build + "/other/a.c",
		build:                   build,
		"/run/wall/store/a.c":   "/run/wall/store/a.c",
		"/run/wall/":            "/run/wall/",
	} {
		if got := testLocaliser().rewrite(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if got := (&place{work: "/home/x/work", tmp: "/home/x/tmp"}).localiser(nil).rewrite("/home/y/work/a.c"); got != "/home/y/work/a.c" {
		t.Errorf("without a wall: %q", got)
	}
}
