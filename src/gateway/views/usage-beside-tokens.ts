import type { Usage } from '../../metering/usage';

/** ` (pictures: 2)`: what was used that is no token and has prices of its own; empty where nothing was. */
export function usageBesideTokens({ classes = {} }: Usage): string {
  const { images, milliseconds, characters } = classes;
  const parts = [
    ...(images === undefined ? [] : [`pictures: ${images}`]),
    ...(milliseconds === undefined ? [] : [`seconds of audio: ${milliseconds / 1_000}`]),
    ...(characters === undefined ? [] : [`characters spoken: ${characters}`]),
  ];
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}
