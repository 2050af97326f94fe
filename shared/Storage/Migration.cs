namespace Platform.Storage;

/// <summary>One numbered change of a module's tables. Once released, its text never changes: the checksum is kept and compared at every start.</summary>
/// <param name="Number">From 1, without gaps, in the order they apply.</param>
/// <param name="Name">What it does, for the reader of the migrations table.</param>
/// <param name="Sql">
/// Statements both engines understand, separated by semicolons: ids and JSON as TEXT, times and durations as BIGINT (microseconds),
/// truth as INTEGER, other figures as DOUBLE PRECISION. Table names carry no schema. <c>{identity}</c> stands for the type of a
/// primary key that counts up by itself.
/// </param>
public sealed record Migration(int Number, string Name, string Sql);
