package store

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"reflect"
	"time"

	"github.com/grader/grader/schema"
)

// micros encodes a time for a column; 0 is the zero time.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// instant scans a column of micros into a time, in UTC.
type instant struct{ t *time.Time }

// Scan implements sql.Scanner.
func (i instant) Scan(src any) error {
	n, ok := src.(int64)
	if !ok {
		return fmt.Errorf("time: %T in the column", src)
	}
	*i.t = time.Time{}
	if n != 0 {
		*i.t = time.UnixMicro(n).UTC()
	}
	return nil
}

// decoded scans a column of JSON. NULL leaves the value unchanged.
type decoded struct{ into any }

// Scan implements sql.Scanner.
func (d decoded) Scan(src any) error {
	switch text := src.(type) {
	case nil:
		return nil
	case string:
		return json.Unmarshal([]byte(text), d.into)
	case []byte:
		return json.Unmarshal(text, d.into)
	}
	return fmt.Errorf("JSON: %T in the column", src)
}

// encode encodes a value for a column of JSON or for json_each. A nil slice is encoded as [], because json_each
// returns one row for null.
func encode(v any) (string, error) {
	if of := reflect.ValueOf(v); of.Kind() == reflect.Slice && of.IsNil() {
		return "[]", nil
	}
	b, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("encode: %w", err)
	}
	return string(b), nil
}

// exact scans and stores points as exact text.
type exact struct{ p *schema.Points }

// Scan implements sql.Scanner.
func (e exact) Scan(src any) error {
	text, ok := src.(string)
	if !ok {
		return fmt.Errorf("points: %T in the column", src)
	}
	return e.p.UnmarshalText([]byte(text))
}

// Value implements driver.Valuer.
func (e exact) Value() (driver.Value, error) {
	text, err := e.p.MarshalText()
	return string(text), err
}

// zone scans a column with the name of a time zone and refuses an unknown name, because no time
// of the course could be shown.
type zone struct{ name *string }

// Scan implements sql.Scanner.
func (z zone) Scan(src any) error {
	name, ok := src.(string)
	if !ok {
		return fmt.Errorf("time zone: %T in the column", src)
	}
	*z.name = name
	_, err := schema.LoadZone(name)
	return err
}
