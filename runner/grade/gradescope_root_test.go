package grade

import "testing"

func TestReplaceRoot(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"/autograder":                             "/w",
		"cd /autograder/source":                   "cd /w/source",
		"'/autograder/results'":                   "'/w/results'",
		"`/autograder/run`":                       "`/w/run`",
		"P=/autograder:/autograder/source":        "P=/w:/w/source",
		"#!/autograder/venv/bin/python":           "#!/w/venv/bin/python",
		"open(/autograder/a)":                     "open(/w/a)",
		"x >/autograder/log 2>/autograder/errors": "x >/w/log 2>/w/errors",
		"${ROOT:-/autograder}":                    "${ROOT:-/w}",
		"g++ -I/autograder/source":                "g++ -I/w/source",
		"file:///autograder/source":               "file:///w/source",
		"\t@/autograder/run":                      "\t@/w/run",
		"s|/autograder|x|":                        "s|/w|x|",
		"in /autograder.\n":                       "in /w.\n",
		"/autograder\n/autograder":                "/w\n/w",
		"./autograder.py":                         "./autograder.py",
		"./autograder":                            "./autograder",
		"../autograder/x":                         "../autograder/x",
		"cd x/autograder":                         "cd x/autograder",
		"cd build-I/autograder":                   "cd build-I/autograder",
		"~/autograder":                            "~/autograder",
		"$HOME/autograder ${HOME}/autograder":     "$HOME/autograder ${HOME}/autograder",
		"$(pwd)/autograder":                       "$(pwd)/autograder",
		"*/autograder":                            "*/autograder",
		"http://autograder/":                      "http://autograder/",
		"https://example.edu/autograder":          "https://example.edu/autograder",
		"é/autograder":                            "é/autograder",
		"\xe9/autograder":                         "\xe9/autograder",
		"/autograder.py":                          "/autograder.py",
		"/autograder-old":                         "/autograder-old",
		"/autograder_old /autograders":            "/autograder_old /autograders",
		"":                                        "",
		"/autograde":                              "/autograde",
		"/opt/autograder /autograder/autograder":  "/opt/autograder /w/autograder",
	} {
		if got := string(replaceRoot([]byte(text), "/w")); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}
