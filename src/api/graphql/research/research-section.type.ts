import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { SectionStatus } from '../../../kernel/words';
import type { ResearchSection } from '../../../research/run';
import { sectionMarkdown } from '../../../research/sections/section-markdown';
import { SectionStatusEnum } from '../enums';
import { DateTime } from '../scalars';

@ObjectType('ResearchSection', { description: 'A part of a report, written by one model call that fits its schema.' })
export class ResearchSectionNode {
  @Field(() => ID, { description: 'Names the section for ever.' })
  readonly id: string;

  @Field(() => String, { description: 'A word for programs.' })
  readonly name: string;

  @Field(() => String, { description: 'Its heading.' })
  readonly title: string;

  @Field(() => SectionStatusEnum, { description: 'How it stands.' })
  readonly status: SectionStatus;

  @Field(() => String, { nullable: true, description: 'The model that writes it, as the catalog names it.' })
  readonly model: string | null;

  @Field(() => Int, {
    description: 'Tries so far, each with a receipt; one that ended with its process, or that nothing could pay for, is none.',
  })
  readonly tries: number;

  @Field(() => String, { nullable: true, description: 'Markdown; null: it is not written.' })
  readonly content: string | null;

  @Field(() => String, { nullable: true, description: 'The same as JSON that fits the schema of the section.' })
  readonly json: string | null;

  @Field(() => String, { nullable: true, description: 'What was wrong with the last try, or why there was none.' })
  readonly error: string | null;

  @Field(() => DateTime, { nullable: true, description: 'When its first try began.' })
  readonly startedAt: number | null;

  @Field(() => DateTime, { nullable: true, description: 'When it was completed or given up.' })
  readonly finishedAt: number | null;
}

/** A section with what its nested fields are loaded by. */
export type SectionView = ResearchSectionNode & Pick<ResearchSection, 'runId'>;

export function viewSection(section: ResearchSection): SectionView {
  const { content } = section;
  return {
    ...section,
    content: content === null ? null : sectionMarkdown(section, content),
    json: content === null ? null : JSON.stringify(content),
  };
}
