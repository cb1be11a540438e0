package assignment

import (
	"encoding/json"
	"fmt"

	"github.com/grader/grader/schema"
)

// SchemaFilename is the name of the JSON Schema of assignment.yaml in the documentation.
const SchemaFilename = "assignment.schema.json"

// JSONSchema returns the JSON Schema (2020-12) of assignment.yaml, for editors. It covers the rules
// that depend only on shape: keys, types, words of a choice and forms of values. Only the parser
// checks rules that depend on other keys or on files.
func JSONSchema() ([]byte, error) {
	text, err := json.MarshalIndent(shape{
		"$schema":     "https://json-schema.org/draft/2020-12/schema",
		"title":       "grader: assignment.yaml",
		"description": "An assignment of grader. docs/assignment-format.md explains every key.",
		"$defs": shape{
			"test": testShape(), "step": stepShape(),
		},
		"type":                 "object",
		"additionalProperties": false,
		"required":             []string{"title", "tests"},
		"properties":           assignmentShapes(),
	}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write schema: %w", err)
	}
	return append(text, '\n'), nil
}

// shape is a JSON Schema.
type shape map[string]any

// closed returns the schema of an object that has no other keys.
func closed(properties shape, required ...string) shape {
	s := shape{"type": "object", "additionalProperties": false, "properties": properties}
	if len(required) > 0 {
		s["required"] = required
	}
	return s
}

func either(shapes ...shape) shape   { return shape{"anyOf": shapes} }
func listOf(of shape) shape          { return shape{"type": "array", "items": of, "minItems": 1} }
func reference(name string) shape    { return shape{"$ref": "#/$defs/" + name} }
func choiceOf(words ...string) shape { return shape{"enum": words} }
func textShape() shape               { return shape{"type": "string"} }
func wordShape(longest int) shape {
	return shape{"type": "string", "minLength": 1, "maxLength": longest}
}
func booleanShape() shape { return shape{"type": "boolean"} }
func integerShape(least, most int) shape {
	return shape{"type": "integer", "minimum": least, "maximum": most}
}

// written returns the schema of a text that matches a regular expression of the parser.
func written(pattern string) shape { return shape{"type": "string", "pattern": pattern} }

func durationShape() shape { return written(durationPattern.String()) }
func sizeShape() shape     { return written(sizePattern.String()) }
func minuteShape() shape   { return written(`^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}$`) }

// pointsShape returns the schema of a number, or of a fraction, which YAML reads as text.
func pointsShape() shape {
	return either(shape{"type": "number", "minimum": 0, "maximum": maxPoints}, written(`^(0|[1-9][0-9]{0,8})/[1-9][0-9]{0,8}$`))
}

func toleranceShape() shape {
	return either(shape{"type": "number", "minimum": 0}, written(floatPattern.String()))
}

// pathShape returns the schema of a path below the repository.
func pathShape() shape { return written(`^[^/\\]([^\\]*)$`) }

func commandShape() shape { return either(wordShape(1<<17), listOf(textShape())) }

func limitShapes() shape {
	s := shape{}
	for _, key := range limitKeys() {
		switch key {
		case "time", "wall":
			s[key] = durationShape()
		case "processes":
			s[key] = integerShape(1, 1_000_000)
		default:
			s[key] = sizeShape()
		}
	}
	return s
}

// withLimits returns an object's properties and those of limits.
func withLimits(properties shape) shape {
	for key, value := range limitShapes() {
		properties[key] = value
	}
	return properties
}

func stepShape() shape {
	return closed(withLimits(shape{"name": wordShape(maxName), "run": commandShape()}), "run")
}

func assignmentShapes() shape {
	limits := limitShapes()
	limits["job"] = durationShape()
	return shape{
		"title": wordShape(maxTitle), "handout": pathShape(), "flavour": wordShape(maxName), "release": minuteShape(), "due": minuteShape(),
		"late": lateShape(),
		"submissions": closed(shape{
			"counts": choiceOf(string(CountsBest), string(CountsLast), string(CountsMarked)), "try": booleanShape(), "max_size": sizeShape(), "max_files": integerShape(1, 100_000),
			"limit": closed(shape{
				"count": integerShape(1, 10_000), "per": choiceOf(string(LimitPerDay), string(LimitPerHour), string(LimitPerAssignment)),
				"compile_errors": choiceOf("free", "counted"),
			}, "count", "per"),
		}),
		"files":   closed(shape{"required": listOf(pathShape()), "forbidden": listOf(pathShape()), "locked": listOf(pathShape()), "allow": listOf(pathShape())}),
		"team":    closed(shape{"max": integerShape(1, maxTeam), "formed_by": choiceOf(string(FormedByStudents), string(FormedByStaff)), "lock": minuteShape()}, "max"),
		"starter": pathShape(), "solution": pathShape(), "samples": listOf(sampleShape()), "limits": closed(limits),
		"prepare": listOf(reference("step")), "build": either(choiceOf("auto"), listOf(reference("step"))), "tests": listOf(reference("test")),
	}
}

func lateShape() shape {
	return closed(shape{
		"until": minuteShape(), "grace": durationShape(), "tokens": either(booleanShape(), integerShape(1, 365)), "consent": booleanShape(),
		"after_end": choiceOf(string(AfterEndKeep), string(AfterEndRefuse)),
		"penalty": closed(shape{
			"percent": pointsShape(), "points": pointsShape(), "per": choiceOf(string(PerDay), string(PerHour), string(PerOnce)),
			"of": choiceOf(string(OfEarned), string(OfMax)), "max": pointsShape(),
		}),
	})
}

func sampleShape() shape {
	outcome := choiceOf(sampleOutcomes()...)
	return closed(shape{
		"dir":     pathShape(),
		"score":   either(pointsShape(), closed(shape{"min": pointsShape(), "max": pointsShape()}, "min", "max")),
		"outcome": either(outcome, listOf(outcome)),
	}, "dir")
}

func testShape() shape {
	words := func(formats ...ReportFormat) shape {
		var list []string
		for _, f := range formats {
			list = append(list, string(f))
		}
		return choiceOf(list...)
	}
	s := closed(withLimits(shape{
		"name": shape{"type": "string", "minLength": 1, "maxLength": maxName, "pattern": "^[^/]+$"},
		"run":  commandShape(), "compile": commandShape(), "needs": listOf(pathShape()), "stdin": textShape(), "stdin_file": pathShape(),
		"stdout": textShape(), "stdout_file": pathShape(), "cases": pathShape(), "compare": compareShape(), "checker": commandShape(), "driver": commandShape(),
		"flags": shape{"type": "array", "items": textShape()}, "passes": integerShape(1, maxPasses), "scale": either(choiceOf("ignore"), pointsShape()),
		"report":     words(ReportJUnit, ReportCTest, ReportSARIF, ReportTAP, ReportUnity, ReportGoTest),
		"gradescope": pathShape(), "setup": booleanShape(), "exit": either(choiceOf("any"), integerShape(0, 255)),
		"points":   either(pointsShape(), shape{"type": "object", "additionalProperties": pointsShape(), "minProperties": 1}),
		"score":    choiceOf(string(ScoreSum), string(ScoreAll), string(ScoreMin), string(ScoreMax), string(ScoreAccepted)),
		"stop":     booleanShape(),
		"penalty":  closed(shape{"points": pointsShape(), "per": choiceOf("finding"), "max": pointsShape()}, "points", "per"),
		"requires": listOf(textShape()), "hint": textShape(),
		"visible": choiceOf(string(schema.VisibleAlways), string(schema.VisibleAfterDue), string(schema.VisibleAfterPublish), string(schema.VisibleNever)),
	}), "name")
	s["anyOf"] = []shape{{"required": []string{"run"}}, {"required": []string{"gradescope"}}}
	return s
}

func compareShape() shape {
	tokens := func() shape { return shape{"case": choiceOf("ignore"), "space": choiceOf("exact")} }
	floats := tokens()
	floats["abs"], floats["rel"] = toleranceShape(), toleranceShape()
	one := closed(shape{
		"tokens": closed(tokens()), "float": either(toleranceShape(), closed(floats)), "regex": textShape(), "search": textShape(),
	})
	one["minProperties"], one["maxProperties"] = 1, 1
	return either(choiceOf(string(CompareLines), string(CompareExact), string(CompareTokens), string(CompareTrimmed), string(CompareContains)), one)
}
