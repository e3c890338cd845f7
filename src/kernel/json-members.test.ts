import { SLACK_MS } from '../../test/support/eventually';
import { fc } from '../../test/support/properties';
import { editMembers, isNestedBeyond, isOverbuilt, type MemberEdit, repeatedMember, replaceMember, topLevelMembers } from './json-members';

/** Member names that collide, need escapes, or look like syntax. */
const name = fc.oneof(
  fc.constantFrom('a', 'model', '', '"', '\\', '\\"', '}', ',', 'é', '\u2028', '__proto__'),
  fc.string({ unit: 'binary' }),
);
const space = fc.constantFrom('', ' ', '\n', '\t\r\n  ');

/** An object as text, with duplicates, odd whitespace and escaped names, beside its members. */
const objectText = fc.array(fc.tuple(name, fc.jsonValue(), space, fc.boolean()), { maxLength: 8 }).map((members) => {
  const parts = members.map(([key, value, gap, escape]) => {
    const quoted = escape ? escapeAll(key) : JSON.stringify(key);
    return `${gap}${quoted}${gap}:${gap}${JSON.stringify(value, null, gap === '' ? 0 : 1)}${gap}`;
  });
  return { members: members.map(([key, value]) => ({ key, value: JSON.stringify(value) })), text: ` {${parts.join(',')}}\n` };
});

function escapeAll(text: string): string {
  const units = Array.from({ length: text.length }, (_, at) => text.charCodeAt(at).toString(16).padStart(4, '0'));
  return `"${units.map((unit) => `\\u${unit}`).join('')}"`;
}

describe('topLevelMembers', () => {
  it('finds every member of any object, in order, as JSON.parse reads it', () => {
    fc.assert(
      fc.property(objectText, ({ members, text }) => {
        const found = topLevelMembers(text).map((member) => ({
          key: member.name,
          value: JSON.stringify(JSON.parse(text.slice(member.valueStart, member.valueEnd))),
        }));
        expect(found).toEqual(members);
      }),
    );
  });

  it('stays quick on long runs of backslashes and quotes', () => {
    const text = JSON.stringify({ a: '\\"'.repeat(200_000), model: 'm' });
    const began = performance.now();
    expect(topLevelMembers(text).map((member) => member.name)).toEqual(['a', 'model']);
    expect(performance.now() - began).toBeLessThan(1_000 + SLACK_MS);
  });
});

describe('replaceMember', () => {
  it('changes every duplicate and no other byte', () => {
    const text = '{ "model" : "a", "x":1.0e+2 , "nested":{"model":"keep"}, "mod\\u0065l":null}';
    expect(replaceMember(text, 'model', '"b"')).toBe('{ "model" : "b", "x":1.0e+2 , "nested":{"model":"keep"}, "mod\\u0065l":"b"}');
  });

  it('gives, for any object, what editing the parsed members would give', () => {
    fc.assert(
      fc.property(objectText, name, fc.jsonValue(), ({ members, text }, target, value) => {
        const edited = topLevelMembers(replaceMember(text, target, JSON.stringify(value)));
        expect(edited.map((member) => member.name)).toEqual(members.map((member) => member.key));
        const expected = members.map((member) => (member.key === target ? JSON.stringify(value) : member.value));
        const after = replaceMember(text, target, JSON.stringify(value));
        expect(edited.map((member) => JSON.stringify(JSON.parse(after.slice(member.valueStart, member.valueEnd))))).toEqual(expected);
      }),
    );
  });
});

describe('editMembers', () => {
  it('gives members another name, and keeps their values and every other byte', () => {
    const text = '{ "a" : 1.0 ,"b":{"a":2}, "\\u0061":"x"}';
    expect(editMembers(text, new Map([['b', () => '3']]), undefined, new Map([['a', 'long name']]))).toBe(
      '{ "long name" : 1.0 ,"b":3, "long name":"x"}',
    );
  });

  it('edits what is there, adds what is missing, and leaves alone what an edit declines', () => {
    const edits = new Map<string, MemberEdit>([
      ['a', () => '2'],
      ['b', (value) => (value === null ? '3' : null)],
      ['c', () => null],
    ]);
    expect(editMembers('{"a":1}', edits)).toBe('{"a":2,"b":3}');
    expect(editMembers('{"b":1,"c":0}', edits)).toBe('{"b":1,"c":0,"a":2}');
  });

  it('adds to an empty object without a comma', () => {
    expect(editMembers(' { } ', new Map([['a', () => '1']]))).toBe(' { "a":1} ');
  });

  it('adds a member that is missing behind those of any object', () => {
    fc.assert(
      fc.property(objectText, name, fc.jsonValue(), ({ members, text }, added, value) => {
        fc.pre(members.every(({ key }) => key !== added));
        const after = editMembers(text, new Map([[added, () => JSON.stringify(value)]]));
        JSON.parse(after);
        expect(topLevelMembers(after).map((member) => member.name)).toEqual([...members.map((member) => member.key), added]);
      }),
    );
  });
});

describe('isOverbuilt', () => {
  const partsOf = (value: unknown): number => {
    if (typeof value !== 'object' || value === null) return 0;
    const inner = Object.values(value).reduce((sum: number, each) => sum + partsOf(each), 0);
    return 1 + inner + (Array.isArray(value) ? 0 : Object.keys(value).length);
  };

  it('counts the objects, lists and members of any JSON, and nothing that only looks like them', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(9), (value, spaces) => {
        // Longer than any number of parts that is asked for.
        const text = `${JSON.stringify(JSON.parse(JSON.stringify(value)), null, spaces)}${' '.repeat(1_000)}`;
        const parts = partsOf(JSON.parse(text));
        expect([isOverbuilt(text, parts), parts > 0 && isOverbuilt(text, parts - 1)]).toEqual([false, parts > 0]);
      }),
    );
  });

  it('comes to an end with any text, in time that grows with its length alone', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => [true, false].includes(isOverbuilt(text, 1))));
    for (const part of ['\\', '"', '\\"', '"\\', '[', '}']) isOverbuilt(part.repeat(4_000_000), 10_000_000);
  });
});

describe('isNestedBeyond', () => {
  const levelsOf = (value: unknown): number =>
    typeof value !== 'object' || value === null ? 0 : 1 + Math.max(0, ...Object.values(value).map(levelsOf));

  it('counts the levels of any JSON, and nothing that only looks like them', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(9), (value, spaces) => {
        const text = `${JSON.stringify(value, null, spaces)}${' '.repeat(1_000)}`;
        const levels = levelsOf(JSON.parse(text));
        expect([isNestedBeyond(text, levels), levels > 0 && isNestedBeyond(text, levels - 1)]).toEqual([false, levels > 0]);
      }),
    );
  });

  it('counts what is closed again only once', () => {
    expect(isNestedBeyond(`[${'[{}],'.repeat(1_000)}0]`, 3)).toBe(false);
  });
});

describe('repeatedMember', () => {
  it('names a member that stands twice in one object of any JSON text, and none where all differ', () => {
    const value = fc.letrec((tie) => ({
      any: fc.oneof({ depthSize: 'small' }, fc.jsonValue(), fc.array(tie('any')), fc.dictionary(name, tie('any'))),
    })).any;
    fc.assert(
      fc.property(value, name, space, (any, repeated, gap) => {
        const text = JSON.stringify(any, null, gap === '' ? 0 : 1);
        expect(repeatedMember(text)).toBeUndefined();
        const twice = `[${text},{${JSON.stringify(repeated)}${gap}:${text},${escapeAll(repeated)}:1}]`;
        expect(repeatedMember(twice)).toBe(repeated);
      }),
    );
  });
});
