using System.Security.Cryptography;
using System.Text;

namespace Platform.Storage.Migrations;

/// <summary>The migrations of one owner within a module's database: the module itself, its messaging, its audit log.</summary>
/// <param name="Name">Who numbers them.</param>
/// <param name="Migrations">From 1, without gaps.</param>
public sealed record MigrationSet(string Name, IReadOnlyList<Migration> Migrations)
{
    internal static string Checksum(Migration migration)
        => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(migration.Sql.ReplaceLineEndings("\n"))));

    internal void Validate()
    {
        for (var i = 0; i < Migrations.Count; i++)
        {
            if (Migrations[i].Number != i + 1)
                throw new ArgumentException($"Migration '{Migrations[i].Name}' of {Name} has number {Migrations[i].Number}; expected {i + 1}: they count from 1 without gaps.");
        }
    }
}
