/** Steps of an axis of seconds: round in the unit in which they are told. */
export const DURATIONS: readonly number[] = [
    1, 5, 10, 30, 60, 300, 600, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400, 172_800, 604_800,
]

const POWERS = 12

/** 1, 2, 5, 10 and so on, from 10 to the power `from` on. */
function roundFrom(from: number): readonly number[] {
    return Array.from({ length: POWERS }, (_, power) =>
        [1, 2, 5].map((step) => Number(`${step}e${from + power}`)),
    ).flat()
}

export const WHOLE = roundFrom(0)
/** A turn may cost far less than the smallest coin. */
export const MONEY = roundFrom(-5)
