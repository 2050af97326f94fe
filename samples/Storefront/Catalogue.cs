namespace Storefront;

/// <summary>One thing that is for sale.</summary>
internal sealed record Product(int Id, string Name, string Department, decimal Price);

/// <summary>
/// Everything that is for sale, the same in every replica, with a vector of taste per product: ranking what goes well with a
/// product is the honest CPU work of a page.
/// </summary>
internal sealed class Catalogue
{
    private const int Products = 600;
    private const int TasteDimensions = 64;
    private static readonly string[] Departments = ["kitchen", "garden", "books", "toys", "workshop", "travel"];
    private static readonly string[] Adjectives = ["Plain", "Sturdy", "Folding", "Little", "Grand", "Quiet", "Amber", "Northern", "Everyday", "Patient"];
    private static readonly string[] Nouns = ["Kettle", "Lantern", "Atlas", "Chisel", "Basket", "Blanket", "Compass", "Teapot", "Ladder", "Satchel", "Trowel", "Puzzle"];

    private readonly float[] _tastes;

    private Catalogue(IReadOnlyList<Product> items, float[] tastes)
    {
        Items = items;
        _tastes = tastes;
    }

    public IReadOnlyList<Product> Items { get; }

    public static Catalogue Create()
    {
        var random = new Random(1995);
        var items = new Product[Products];
        for (var id = 0; id < Products; id++)
        {
            var name = $"{Adjectives[random.Next(Adjectives.Length)]} {Nouns[random.Next(Nouns.Length)]}";
            items[id] = new Product(id + 1, name, Departments[id % Departments.Length], 5 + random.Next(0, 20_000) / 100m);
        }

        var tastes = new float[Products * TasteDimensions];
        for (var i = 0; i < tastes.Length; i++) tastes[i] = (float)(random.NextDouble() - 0.5);
        return new Catalogue(items, tastes);
    }

    public Product? Find(int id) => id >= 1 && id <= Items.Count ? Items[id - 1] : null;

    /// <summary>The products that go best with one: the nearest by cosine, all compared.</summary>
    public IReadOnlyList<Product> GoesWith(Product product, int count)
    {
        var wanted = Taste(product.Id - 1);
        var nearest = new PriorityQueue<int, float>();
        for (var other = 0; other < Items.Count; other++)
        {
            if (other == product.Id - 1) continue;
            var (dot, length) = (0f, 0f);
            var taste = Taste(other);
            for (var d = 0; d < TasteDimensions; d++)
            {
                dot += wanted[d] * taste[d];
                length += taste[d] * taste[d];
            }

            nearest.Enqueue(other, dot / MathF.Sqrt(length));
            if (nearest.Count > count) nearest.Dequeue();
        }

        return [.. nearest.UnorderedItems.OrderByDescending(item => item.Priority).Select(item => Items[item.Element])];
    }

    private ReadOnlySpan<float> Taste(int index) => _tastes.AsSpan(index * TasteDimensions, TasteDimensions);
}
