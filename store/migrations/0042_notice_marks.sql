-- A failed gate of a version of tests and failures on submissions have a mark each: ID/gate and
-- ID/submissions. The earlier mark was the ID alone.

-- +goose Up
INSERT INTO notice_marks (topic, mark, made_at)
    SELECT m.topic, m.mark || '/' || why.value, m.made_at FROM notice_marks m, json_each('["gate", "submissions"]') why
    WHERE m.topic = 'tests' AND instr(m.mark, '/') = 0
    ON CONFLICT DO NOTHING;
DELETE FROM notice_marks WHERE topic = 'tests' AND instr(mark, '/') = 0;
